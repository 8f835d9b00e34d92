/** Shows a Markdown text that may still be growing: finished blocks stay as they are, only the tail is made again. */

import { finishedBlocks, offsetOf, topBlocks, treesOf } from "./blocks.js"
import { createParser } from "./parser.js"
import { create, patchChildren } from "./patch.js"
import { branch, noteHeading } from "./tree.js"

/** @typedef {import("./tree.js").Tree} Tree */
/** @typedef {import("./blocks.js").Block} Block */
/** @typedef {import("./blocks.js").References} References */
/** @typedef {{ index: number, source: string, outline: number[] }} Bracketed a finished block that may hold a reference */

// What one step of work takes on, so that no step holds the page up.
const WINDOW_CHARS = 24_000
// A single block (or the whole) beyond this is no longer laid out: the rest is shown as it was written.
const BLOCK_CHARS = 48_000
const FENCE_CHARS = 1_000_000
const WHOLE_CHARS = 1_500_000
const REST_CHARS = 50_000

const parser = createParser()

export class Renderer {
  #target
  #source = ""
  /** Where the tail begins, in the text and among the children. */
  #offset = 0
  #finished = 0
  #window = WINDOW_CHARS
  /** @type {Tree[]} */
  #tail = []
  /** Definitions found in the finished part. @type {References} */
  #references = {}
  /** @type {Bracketed[]} */
  #bracketed = []
  #known = "{}"
  /** The headings the tail stands under. @type {number[]} */
  #outline = []

  /** @param {Element} target is emptied and filled */
  constructor(target) {
    this.#target = target
    target.replaceChildren()
  }

  /**
   * Take the text as it is now. One that does not continue what is finished is begun anew.
   * @param {string} source
   */
  set(source) {
    const text = source.includes("\r") ? source.replace(/\r\n?/g, "\n") : source
    if (!text.startsWith(this.#source.slice(0, this.#offset))) this.restart()
    this.#source = text
  }

  /** Forget everything that is shown, e.g. because the language changed. */
  restart() {
    this.#target.replaceChildren()
    this.#offset = this.#finished = 0
    this.#window = WINDOW_CHARS
    this.#tail = []
    this.#references = {}
    this.#bracketed = []
    this.#known = "{}"
    this.#outline = []
  }

  /** Do one step. Returns whether more is to be done. */
  step() {
    const rest = this.#source.slice(this.#offset)
    const limit = this.#limit(rest)
    const text = cut(rest, Math.min(this.#window, limit))
    const references = { ...this.#references }
    const blocks = topBlocks(parser.parse(text, { references }))
    const lines = text.split("\n")
    const count = finishedBlocks(lines, blocks)
    const isWhole = text.length === rest.length
    const isStuck = !isWhole && count === 0 && this.#window >= limit
    this.#show([...treesOf(blocks, [...this.#outline]), ...(isStuck ? [plainRest(rest.slice(text.length))] : [])])
    if (count > 0) this.#finish(lines, blocks, count)
    else if (!isWhole) this.#window *= 2
    this.#refer(references)
    return !isWhole && !isStuck
  }

  /** Do every step at once. */
  flush() {
    while (this.step());
  }

  /** How long a single block may be here. @param {string} rest */
  #limit(rest) {
    const most = /^ {0,3}(?:```|~~~)/.test(rest) ? FENCE_CHARS : BLOCK_CHARS
    return Math.min(most, Math.max(WHOLE_CHARS - this.#offset, 0))
  }

  /** @param {Tree[]} trees */
  #show(trees) {
    patchChildren(this.#target, this.#finished, this.#tail, trees)
    this.#tail = trees
  }

  /**
   * Put the first blocks of the tail among the finished.
   * @param {string[]} lines
   * @param {Block[]} blocks
   * @param {number} count
   */
  #finish(lines, blocks, count) {
    const line = blocks[count]?.start ?? 0
    const done = lines.slice(0, line).join("\n")
    for (const [index, block] of blocks.slice(0, count).entries()) {
      const source = lines.slice(block.start, block.end).join("\n")
      const outline = [...this.#outline]
      if (source.includes("[")) this.#bracketed.push({ index: this.#finished + index, source, outline })
      for (const token of block.tokens) noteHeading(this.#outline, token)
    }
    if (done.includes("]:")) parser.parse(done, { references: this.#references })
    this.#offset += offsetOf(lines, line)
    this.#finished += count
    this.#tail = this.#tail.slice(count)
    this.#window = WINDOW_CHARS
  }

  /**
   * Make the finished blocks again that a definition found later may turn into links.
   * @param {References} references
   */
  #refer(references) {
    const known = JSON.stringify(references)
    if (known === this.#known) return
    this.#known = known
    for (const { index, source, outline } of this.#bracketed) {
      const [tree] = treesOf(topBlocks(parser.parse(source, { references: { ...references } })), [...outline])
      if (tree !== undefined) this.#target.childNodes[index]?.replaceWith(create(tree))
    }
  }
}

/**
 * The first lines of a text that fit in this many characters; a longer line is cut in two.
 * @param {string} text
 * @param {number} most
 */
function cut(text, most) {
  if (text.length <= most) return text
  const end = text.lastIndexOf("\n", most - 1)
  return text.slice(0, end > 0 ? end + 1 : most)
}

/** @param {string} text */
function plainRest(text) {
  return { ...branch("md-rest"), props: { text: text.slice(0, REST_CHARS), length: text.length } }
}
