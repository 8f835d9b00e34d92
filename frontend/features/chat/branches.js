/** The branches of a conversation: which turns are shown, and which stand beside one. */

/** @typedef {import("./types.js").Turn} Turn */

/**
 * The turns of the branch that is shown, first to last: from the root to the active turn, and on to its newest end.
 * @param {ReadonlyMap<string, Turn>} turns
 * @param {string | null} activeId
 * @returns {Turn[]}
 */
export function shownPath(turns, activeId) {
  const active = turns.get(activeId ?? "") ?? byParent(turns).get(null)?.at(-1)
  if (!active) return []
  const path = [leafOf(turns, active)]
  for (let turn = path[0]; turn?.parent_id; turn = path[0]) {
    const parent = turns.get(turn.parent_id)
    if (!parent || path.includes(parent)) break
    path.unshift(parent)
  }
  return path
}

/**
 * The newest end of the branches that go on from a turn.
 * @param {ReadonlyMap<string, Turn>} turns
 * @param {Turn} turn
 */
export function leafOf(turns, turn) {
  const children = byParent(turns)
  let leaf = turn
  for (let next = children.get(leaf.id)?.at(-1); next; next = children.get(leaf.id)?.at(-1)) leaf = next
  return leaf
}

/**
 * The turns that follow on each, oldest first; those that begin the conversation under null.
 * @param {ReadonlyMap<string, Turn>} turns
 * @returns {Map<string | null, Turn[]>}
 */
export function byParent(turns) {
  return Map.groupBy([...turns.values()].sort(byAge), ({ parent_id }) => parent_id)
}

/**
 * Ids sort by time.
 * @param {Turn} a
 * @param {Turn} b
 */
function byAge(a, b) {
  return a.id < b.id ? -1 : 1
}
