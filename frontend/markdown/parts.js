/**
 * Cuts a long table, list or block of code into parts, so that none of them holds the page up: each part is made once
 * and never looked at again, and the next begins as if the text did, below its head.
 *
 * Where a cut lies depends on nothing but the lines before it, so a text looks the same however it came.
 */

/** @typedef {import("./blocks.js").Block} Block */
/** @typedef {import("./tree.js").Tree} Tree */
/**
 * @typedef {object} GoingOn what a part goes on with
 * @property {string[]} head the lines that stand above each part
 * @property {number | null} number of the first item, where items are numbered
 */
/** @typedef {{ line: number, goingOn: GoingOn }} Cut the first line of the next part */

const MOST_ROWS = 100
const PART_CHARS = 10_000

/**
 * The first place at which one of the blocks is too long, or null.
 * @param {readonly string[]} lines of the text the blocks were made from; the last one is not complete
 * @param {readonly Block[]} blocks
 * @param {GoingOn | null} goingOn what the first block goes on with
 * @returns {Cut | null}
 */
export function firstCut(lines, blocks, goingOn) {
  for (const [index, block] of blocks.entries()) {
    const cut = cutOf(lines, block, (index === 0 && goingOn?.number) || null)
    if (cut && cut.line < lines.length - 1) return cut
  }
  return null
}

/**
 * @param {readonly string[]} lines
 * @param {Block} block
 * @param {number | null} number that a list goes on with
 * @returns {Cut | null}
 */
function cutOf(lines, block, number) {
  const { start, end, tokens } = block
  const type = tokens[0]?.type
  if (type === "table_open")
    return cutAmong(lines, start, range(start + 2, end), MOST_ROWS, lines.slice(start, start + 2))
  // The last line of code is never cut off: it may be the fence.
  if (type === "fence")
    return cutAmong(lines, start, range(start + 1, end - 1), Infinity, lines.slice(start, start + 1))
  if (type !== "bullet_list_open" && type !== "ordered_list_open") return null
  const items = tokens.filter((token) => token.type === "list_item_open" && token.level === 1)
  const cut = cutAmong(
    lines,
    start,
    items.map(({ map }) => map?.[0] ?? start),
    MOST_ROWS,
    [],
  )
  if (cut && type === "ordered_list_open") {
    const done = items.findIndex(({ map }) => map?.[0] === cut.line)
    cut.goingOn.number = (number ?? Number(tokens[0]?.attrGet("start") ?? 1)) + done
  }
  return cut
}

/**
 * @param {readonly string[]} lines
 * @param {number} start of the block
 * @param {readonly number[]} places the lines before which it may be cut, and before them its first
 * @param {number} most so many of them make a part
 * @param {string[]} head
 * @returns {Cut | null}
 */
function cutAmong(lines, start, places, most, head) {
  let chars = 0
  let counted = start
  for (const [index, line] of places.entries()) {
    for (; counted < line; counted++) chars += (lines[counted]?.length ?? 0) + 1
    if (index > 0 && (index >= most || chars >= PART_CHARS)) return { line, goingOn: { head, number: null } }
  }
  return null
}

/**
 * @param {number} from
 * @param {number} to is not included
 */
function range(from, to) {
  return Array.from({ length: Math.max(to - from, 0) }, (_, index) => from + index)
}

/**
 * Mark the tree of a part that goes on with what stands before it.
 * @param {Tree | undefined} tree
 * @param {GoingOn} goingOn
 */
export function markPart(tree, { number }) {
  if (typeof tree !== "object") return
  if (tree.props) tree.props.isPart = true
  else tree.attrs.class = [tree.attrs.class, "part"].filter(Boolean).join(" ")
  if (number !== null) tree.attrs.start = String(number)
}
