/** The Markdown parser: CommonMark with tables, strikethrough, bare web addresses and maths; raw HTML stays text. */

import MarkdownIt from "../vendor/markdown-it/markdown-it.js"
import { blockMath, inlineMath } from "./math-rules.js"

/** @typedef {import("../vendor/markdown-it/markdown-it.js").Token} Token */
/** @typedef {import("../vendor/markdown-it/markdown-it.js").Environment} Environment */

export function createParser() {
  const parser = new MarkdownIt({ html: false, linkify: true, typographer: false, maxNesting: 40 })
  // Only addresses with a scheme become links: "README.md" or "main.rs" are no hosts.
  parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false })
  parser.inline.ruler.before("escape", "math", inlineMath)
  parser.block.ruler.before("fence", "math", blockMath, { alt: ["paragraph", "reference", "blockquote", "list"] })
  return parser
}
