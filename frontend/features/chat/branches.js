/** The branches of a conversation: which turns are shown, and which stand beside one. */

/** @typedef {import("./types.js").Turn} Turn */

/**
 * The turns of the branch that is shown, first to last: from the root to the active turn, and on to its newest end.
 * @param {ReadonlyMap<string, Turn>} turns
 * @param {string | null} activeId
 * @returns {Turn[]}
 */
export function shownPath(turns, activeId) {
  const active = turns.get(activeId ?? "") ?? newest([...turns.values()].filter((turn) => turn.parent_id === null))
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
  const children = Map.groupBy(turns.values(), ({ parent_id }) => parent_id)
  let leaf = turn
  for (let next = newest(children.get(leaf.id)); next; next = newest(children.get(leaf.id))) leaf = next
  return leaf
}

/**
 * The turns that follow on the same one, oldest first.
 * @param {ReadonlyMap<string, Turn>} turns
 * @param {Turn} turn
 */
export function siblingsOf(turns, turn) {
  return [...turns.values()].filter(({ parent_id }) => parent_id === turn.parent_id).sort(byAge)
}

/** @param {Turn[] | undefined} turns */
function newest(turns) {
  return turns?.toSorted(byAge).at(-1)
}

/**
 * Ids sort by time.
 * @param {Turn} a
 * @param {Turn} b
 */
function byAge(a, b) {
  return a.id < b.id ? -1 : 1
}
