/**
 * Cuts a growing text into finished blocks, which are never looked at again, and the tail that may yet change.
 *
 * A block is finished when a later one stands at the top level after a blank line and its first line is complete:
 * Markdown's block structure is found line by line, and nothing reaches back over that. Only link definitions do
 * (`[name]: address` may come after its use), so those are kept and the blocks they may touch are made again.
 */

import { treeOf } from "./tree.js"

/** @typedef {import("./parser.js").Token} Token */
/** @typedef {import("./tree.js").Tree} Tree */
/** @typedef {NonNullable<import("./parser.js").Environment["references"]>} References */
/** @typedef {{ start: number, end: number, tokens: Token[] }} Block lines, the end not included */

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
    const start = blocks[index]?.start ?? 0
    if (start < lines.length - 1 && lines[start - 1]?.trim() === "") return index
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
 * The offset at which a line begins.
 * @param {readonly string[]} lines
 * @param {number} line
 */
export function offsetOf(lines, line) {
  let offset = 0
  for (let index = 0; index < line; index++) offset += (lines[index]?.length ?? 0) + 1
  return offset
}
