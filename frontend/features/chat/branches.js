/** The branches of a conversation: which turns are shown, and which stand beside one. */

/** @typedef {import("./types.js").Turn} Turn */
/** @typedef {import("./types.js").TurnMark} TurnMark */

/**
 * The turns of the branch that is shown, first to last: from the root to the active turn, and on to its newest end.
 * @template {Turn | TurnMark} T
 * @param {ReadonlyMap<string, T>} turns
 * @param {string | null} activeId
 * @returns {T[]}
 */
export function shownPath(turns, activeId) {
  const children = byParent(turns)
  const active = turns.get(activeId ?? "") ?? children.get(null)?.at(-1)
  /** @type {Set<T>} */
  const path = new Set()
  for (let turn = active && leafOf(turns, active, children); turn && !path.has(turn); ) {
    path.add(turn)
    turn = turns.get(turn.parent_id ?? "")
  }
  return [...path].reverse()
}

/**
 * The newest end of the branches that go on from a turn.
 * @template {Turn | TurnMark} T
 * @param {ReadonlyMap<string, T>} turns
 * @param {T} turn
 */
export function leafOf(turns, turn, children = byParent(turns)) {
  let leaf = turn
  for (let next = children.get(leaf.id)?.at(-1); next; next = children.get(leaf.id)?.at(-1)) leaf = next
  return leaf
}

/**
 * The turns that follow on each, oldest first; those that begin the conversation under null.
 * @template {Turn | TurnMark} T
 * @param {ReadonlyMap<string, T>} turns
 * @returns {Map<string | null, T[]>}
 */
export function byParent(turns) {
  return Map.groupBy([...turns.values()].sort(byAge), ({ parent_id }) => parent_id)
}

/**
 * Ids sort by time.
 * @param {Turn | TurnMark} a
 * @param {Turn | TurnMark} b
 */
function byAge(a, b) {
  return a.id < b.id ? -1 : 1
}
