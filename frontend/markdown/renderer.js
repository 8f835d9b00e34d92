/** Shows a Markdown text that may still be growing: finished blocks stay as they are, only the tail is made again. */

import { finishedBlocks, offsetOf, topBlocks, treesOf } from "./blocks.js"
import { createParser } from "./parser.js"
import { firstCut, markPart } from "./parts.js"
import { patchChildren } from "./patch.js"
import { References } from "./references.js"
import { noteHeading, plainRest, sizeOf } from "./tree.js"

/** @typedef {import("./tree.js").Tree} Tree */
/** @typedef {import("./blocks.js").Block} Block */
/** @typedef {import("./parts.js").GoingOn} GoingOn */
/** @typedef {{ lines: string[], blocks: Block[], isWhole: boolean }} Piece what one step works on, its lines with the head above them; isWhole: the text ends with it */

// What one step of work takes on, so that no step holds the page up.
const WINDOW_CHARS = 8_000
// What is left of a single block beyond this is no longer laid out, but shown as it was written.
const BLOCK_CHARS = 16_000
// The same for the whole, in characters and in elements on the page.
const WHOLE_CHARS = 1_500_000
const WHOLE_ELEMENTS = 20_000

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
  #references
  /** The headings the tail stands under. @type {number[]} */
  #outline = []
  /** @type {GoingOn | null} */
  #goingOn = null
  /** What ends the block in which the tail begins, of which the rest is not laid out. @type {string | null} */
  #plainUntil = null
  #elements = 0

  /** @param {Element} target is emptied and filled */
  constructor(target) {
    this.#target = target
    this.#references = new References(parser, target)
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

  get source() {
    return this.#source
  }

  /** Forget everything that is shown, e.g. because the language changed. */
  restart() {
    this.#target.replaceChildren()
    this.#references = new References(parser, this.#target)
    this.#offset = this.#finished = this.#elements = 0
    this.#window = WINDOW_CHARS
    this.#tail = []
    this.#outline = []
    this.#goingOn = this.#plainUntil = null
  }

  /** Do one step. Returns whether more is to be done. */
  step() {
    if (this.#references.catchUp()) return true
    if (this.#isFull) return this.#showPlain(null)
    return this.#plainUntil === null ? this.#layOut() : this.#showPlain(this.#plainUntil)
  }

  /** Do every step at once. */
  flush() {
    while (this.step());
  }

  get #isFull() {
    return this.#offset >= WHOLE_CHARS || this.#elements >= WHOLE_ELEMENTS
  }

  #layOut() {
    const piece = this.#nextPiece()
    const cut = firstCut(piece.lines, piece.blocks, this.#goingOn)
    const count = cut ? 0 : finishedBlocks(piece.lines, piece.blocks)
    if (cut) this.#finishPart(piece.lines.slice(0, cut.line), cut.goingOn)
    else if (count > 0) this.#finish(piece, count, piece.blocks[count]?.start ?? 0)
    else if (piece.isWhole) this.#show(piece)
    else if (this.#window < BLOCK_CHARS) this.#window *= 2
    else this.#giveUp(piece)
    return !piece.isWhole || cut !== null || count > 0 || this.#references.isBehind
  }

  #nextPiece() {
    const rest = this.#source.slice(this.#offset, this.#offset + this.#window + 1)
    const text = rest.length > this.#window ? rest.slice(0, windowEnd(rest)) : rest
    return this.#parse([...(this.#goingOn?.head ?? []), ...text.split("\n")], text.length === rest.length)
  }

  /**
   * @param {string[]} lines
   * @param {boolean} isWhole
   * @returns {Piece}
   */
  #parse(lines, isWhole) {
    const blocks = topBlocks(parser.parse(lines.join("\n"), { references: this.#references.ofTail() }))
    return { lines, blocks, isWhole }
  }

  /** @param {Piece} piece */
  #show({ blocks }) {
    const trees = treesOf(blocks, [...this.#outline])
    if (this.#goingOn) markPart(trees[0], this.#goingOn)
    this.#patch(trees)
    this.#references.seen()
  }

  /** @param {Tree[]} trees */
  #patch(trees) {
    patchChildren(this.#target, this.#finished, this.#tail, trees)
    this.#tail = trees
  }

  /**
   * Put the first blocks among the finished: no more of them than the page can hold.
   * @param {Piece} piece
   * @param {number} count
   * @param {number} end the line at which the next one begins
   */
  #finish(piece, count, end) {
    this.#show(piece)
    const base = this.#offset - offsetOf(this.#goingOn?.head ?? [], Infinity)
    let done = 0
    let line = count === 0 ? end : 0
    if (count === 0) this.#offset = base + offsetOf(piece.lines, line)
    while (done < count && !this.#isFull) {
      this.#note(piece, done++)
      line = done < count ? (piece.blocks[done]?.start ?? end) : end
      this.#offset = base + offsetOf(piece.lines, line)
    }
    this.#references.define(piece.lines.slice(0, line).join("\n"))
    this.#finished += done
    this.#tail = this.#tail.slice(done)
    this.#window = WINDOW_CHARS
    this.#goingOn = null
    return done === count
  }

  /**
   * @param {Piece} piece
   * @param {number} index
   */
  #note({ lines, blocks }, index) {
    const { start = 0, end = 0, tokens = [] } = blocks[index] ?? {}
    const goingOn = index === 0 ? this.#goingOn : null
    const source = lines.slice(start, end).join("\n")
    this.#references.note({ index: this.#finished + index, source, outline: [...this.#outline], goingOn })
    for (const token of tokens) noteHeading(this.#outline, token)
    this.#elements += sizeOf(this.#tail[index] ?? "")
  }

  /**
   * @param {string[]} lines up to the cut
   * @param {GoingOn} goingOn
   */
  #finishPart(lines, goingOn) {
    const piece = this.#parse([...lines, ""], false)
    if (this.#finish(piece, piece.blocks.length, lines.length)) this.#goingOn = goingOn
  }

  /**
   * The block is too long: what was taken of it stays, the rest of it is left as it was written.
   * @param {Piece} piece it may end with lines that are not shown, such as definitions
   */
  #giveUp(piece) {
    const last = piece.blocks.at(-1)
    const end = piece.lines.length - 1
    const isOpen = last !== undefined && last.end >= end
    if (!this.#finish(piece, piece.blocks.length, end)) return
    if (isOpen || end === 0) this.#offset += piece.lines[end]?.length ?? 0
    if (isOpen) this.#plainUntil = last.tokens[0]?.type === "fence" ? last.tokens[0].markup : ""
  }

  /**
   * Show what is not laid out.
   * @param {string | null} until a fence, or "" for a blank line; null: nothing ends it
   */
  #showPlain(until) {
    const rest = this.#source.slice(this.#offset)
    const end = until === null ? -1 : endOfPlain(rest, until)
    const text = end < 0 ? rest : rest.slice(0, end)
    this.#patch(text === "" ? [] : [plainRest(text)])
    if (end < 0) return false
    this.#offset += end
    this.#finished += this.#tail.length
    this.#tail = []
    this.#plainUntil = null
    return true
  }
}

/**
 * Where to end a piece of a longer text: after a line, or within a very long one.
 * @param {string} text one character longer than the piece may be
 */
function windowEnd(text) {
  const most = text.length - 1
  const end = text.lastIndexOf("\n", most - 1) + 1
  if (end > most / 2) return end
  return /[\uD800-\uDBFF]/.test(text[most - 1] ?? "") ? most - 1 : most
}

/**
 * @param {string} text
 * @param {string} until
 * @returns {number} -1: not yet
 */
function endOfPlain(text, until) {
  const found = (until === "" ? /\n\n/ : new RegExp(`\n {0,3}${until}${until[0]}*[ \\t]*\n`)).exec(text)
  return found ? found.index + found[0].length : -1
}
