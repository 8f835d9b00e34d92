/**
 * Cuts a growing text into finished blocks, which are never looked at again, and the tail that may yet change.
 *
 * A block is finished when a later one stands at the top level, its first line is complete, and it stands after a blank
 * line or is of a kind that ends every other: Markdown's block structure is found line by line, and nothing reaches back
 * over that. Only link definitions do (`[name]: address` may come after its use), see references.js.
 */

import { treeOf } from "./tree.js"

/** @typedef {import("./parser.js").Token} Token */
/** @typedef {import("./tree.js").Tree} Tree */
/** @typedef {{ start: number, end: number, tokens: Token[] }} Block lines, the end not included */

const ENDING = new Set(["heading_open", "hr", "fence", "blockquote_open", "bullet_list_open", "ordered_list_open"])

/**
 * The blocks at the top level of a run of tokens.
 * @param {Token[]} tokens
 * @returns {Block[]}
 */
export function topBlocks(tokens) {
  /** @type {Block[]} */
  const blocks = []
  let first = 0
  for (const [index, token] of tokens.entries()) {
    if (token.level !== 0 || token.nesting === 1) continue
    const [start, end] = tokens[first]?.map ?? [0, 0]
    blocks.push({ start, end, tokens: tokens.slice(first, index + 1) })
    first = index + 1
  }
  return blocks
}

/**
 * How many of the blocks are finished.
 * @param {readonly string[]} lines of the text the blocks were made from; the last one is not complete
 * @param {readonly Block[]} blocks
 */
export function finishedBlocks(lines, blocks) {
  for (let index = blocks.length - 1; index > 0; index--) {
    const { start = 0, tokens = [] } = blocks[index] ?? {}
    const isApart = lines[start - 1]?.trim() === "" || ENDING.has(tokens[0]?.type ?? "")
    if (isApart && start < lines.length - 1) return index
  }
  return 0
}

/**
 * @param {readonly Block[]} blocks
 * @param {number[]} [outline] see treeOf
 * @returns {Tree[]}
 */
export function treesOf(blocks, outline = []) {
  return blocks.flatMap((block) => treeOf(block.tokens, outline))
}

/**
 * The offset at which a line begins; Infinity: at which one after the last would.
 * @param {readonly string[]} lines
 * @param {number} line
 */
export function offsetOf(lines, line) {
  let offset = 0
  for (let index = 0; index < Math.min(line, lines.length); index++) offset += (lines[index]?.length ?? 0) + 1
  return offset
}
