/**
 * Link definitions (`[name]: address`), which may come long after their use: knows which finished blocks one may touch
 * and makes those again, a few at a time.
 */

import { topBlocks, treesOf } from "./blocks.js"
import { markPart } from "./parts.js"
import { create } from "./patch.js"

/** @typedef {ReturnType<typeof import("./parser.js").createParser>} Parser */
/** @typedef {import("./parts.js").GoingOn} GoingOn */
/** @typedef {NonNullable<import("./parser.js").Environment["references"]>} Definitions */
/** @typedef {{ index: number, source: string, outline: number[], goingOn: GoingOn | null }} Finished a finished block: its place among the children, its text with the head, the headings above it */
/** @typedef {Finished & { words: string }} Bracketed */

// How much text one step makes again.
const STEP_CHARS = 4_000

export class References {
  #parser
  #target
  /** Of the finished part. @type {Definitions} */
  #finished = Object.create(null)
  /** Of the tail, over the finished. @type {Definitions} */
  #tail = {}
  /** Those of the tail by which what is shown was made. @type {Map<string, string>} */
  #shown = new Map()
  /** @type {Bracketed[]} */
  #bracketed = []
  /** @type {Set<Bracketed>} */
  #stale = new Set()

  /**
   * @param {Parser} parser
   * @param {Element} target
   */
  constructor(parser, target) {
    this.#parser = parser
    this.#target = target
  }

  /** Whether finished blocks wait to be made again. */
  get isBehind() {
    return this.#stale.size > 0
  }

  /** What the tail is parsed with; the parser adds what it finds there. */
  ofTail() {
    this.#tail = Object.create(this.#finished)
    return this.#tail
  }

  /** The tail as it was last parsed is on the page. */
  seen() {
    const now = new Map(Object.keys(this.#tail).map((name) => [name, JSON.stringify(this.#tail[name])]))
    for (const [name, value] of now) if (this.#shown.get(name) !== value) this.#touch(name)
    for (const [name, value] of this.#shown) {
      if (!now.has(name) && JSON.stringify(this.#finished[name]) !== value) this.#touch(name)
    }
    this.#shown = now
  }

  /**
   * @param {Finished} block
   */
  note(block) {
    if (block.source.includes("[")) this.#bracketed.push({ ...block, words: normal(block.source) })
  }

  /** Take the definitions out of a text that is finished. @param {string} text */
  define(text) {
    if (!text.includes("]:")) return
    const found = Object.create(this.#finished)
    this.#parser.parse(text, { references: found })
    Object.assign(this.#finished, found)
    for (const name of Object.keys(found)) {
      if (this.#shown.get(name) !== JSON.stringify(found[name])) this.#touch(name)
    }
  }

  /** Make some of the blocks again that a definition has touched. Returns whether there were any. */
  catchUp() {
    let chars = 0
    for (const block of this.#stale) {
      if (chars >= STEP_CHARS) return true
      chars += block.source.length
      this.#stale.delete(block)
      this.#remake(block)
    }
    return chars > 0
  }

  /** @param {string} name */
  #touch(name) {
    // Within quotes and lists a name of several words has their marks between its lines.
    const [first = ""] = name.split(" ")
    for (const block of this.#bracketed) if (block.words.includes(first)) this.#stale.add(block)
  }

  /** @param {Bracketed} block */
  #remake({ index, source, outline, goingOn }) {
    const blocks = topBlocks(this.#parser.parse(source, { references: Object.create(this.#tail) }))
    const [tree] = treesOf(blocks, [...outline])
    if (goingOn) markPart(tree, goingOn)
    if (tree !== undefined) this.#target.childNodes[index]?.replaceWith(create(tree))
  }
}

/** As the parser compares names. @param {string} text */
function normal(text) {
  return text.replace(/\s+/g, " ").toLowerCase().toUpperCase()
}
