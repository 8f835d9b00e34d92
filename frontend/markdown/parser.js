/** The Markdown parser: CommonMark with tables, strikethrough, bare web addresses and maths; raw HTML stays text. */

import MarkdownIt from "../vendor/markdown-it/markdown-it.js"
import { blockMath, inlineMath } from "./math-rules.js"

/** @typedef {import("../vendor/markdown-it/markdown-it.js").Token} Token */
/** @typedef {import("../vendor/markdown-it/markdown-it.js").Environment} Environment */
/** @typedef {import("../vendor/markdown-it/markdown-it.js").StateBlock} StateBlock */

// Deeper than this quotes and lists are no longer told apart. Parts within them count twice or more.
const DEEPEST = 40

export function createParser() {
  const parser = new MarkdownIt({ html: false, linkify: true, typographer: false, maxNesting: DEEPEST + 10 })
  // Only addresses with a scheme become links: "README.md" or "main.rs" are no hosts.
  parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false })
  parser.inline.ruler.before("escape", "math", inlineMath)
  parser.block.ruler.before("fence", "math", blockMath, { alt: ["paragraph", "reference", "blockquote", "list"] })
  parser.block.ruler.before("table", "deep", deepText)
  return parser
}

/**
 * The parser leaves out what is nested too deeply; the reader gets its words.
 * @param {StateBlock} state
 * @param {number} startLine
 * @param {number} endLine
 */
function deepText(state, startLine, endLine) {
  if (state.level < DEEPEST) return false
  state.push("paragraph_open", "p", 1).map = [startLine, endLine]
  state.push("text", "", 0).content = state.getLines(startLine, endLine, state.blkIndent, false).trim()
  state.push("paragraph_close", "p", -1)
  state.line = endLine
  return true
}
