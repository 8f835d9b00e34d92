/** What counts as maths in a text: `$…$`, `$$…$$`, `\(…\)`, `\[…\]`, and never an amount of dollars. */

/** @typedef {import("../vendor/markdown-it/markdown-it.js").StateInline} StateInline */
/** @typedef {import("../vendor/markdown-it/markdown-it.js").StateBlock} StateBlock */

const FENCES = [
  { open: "$$", close: "$$", display: true },
  { open: "\\[", close: "\\]", display: true },
  { open: "\\(", close: "\\)", display: false },
  { open: "$", close: "$", display: false },
]

/**
 * @param {StateInline} state
 * @param {boolean} silent
 */
export function inlineMath(state, silent) {
  const found = mathAt(state.src, state.pos, state.posMax)
  if (!found) return false
  if (!silent) {
    const token = state.push("math", "", 0)
    token.content = found.source
    token.meta = { display: found.display, closed: true, raw: state.src.slice(state.pos, found.end) }
  }
  state.pos = found.end
  return true
}

/**
 * The formula that begins at this place, or null.
 * @param {string} text
 * @param {number} start
 * @param {number} end
 */
export function mathAt(text, start, end) {
  const fence = FENCES.find((each) => text.startsWith(each.open, start))
  if (!fence) return null
  const from = start + fence.open.length
  const to = closingPlace(text, from, end, fence)
  const source = to < 0 ? "" : text.slice(from, to)
  if (!source.trim() || /\n\s*\n/.test(source)) return null
  if (fence.open === "$" && !isFormula(text, start, source, to)) return null
  return { source, display: fence.display, end: to + fence.close.length }
}

/**
 * @param {string} text
 * @param {number} from
 * @param {number} end
 * @param {{ open: string, close: string }} fence
 */
function closingPlace(text, from, end, fence) {
  for (let at = text.indexOf(fence.close, from); at >= 0 && at < end; at = text.indexOf(fence.close, at + 1)) {
    if (fence.close.startsWith("\\") || !isEscaped(text, at)) return at
  }
  return -1
}

/**
 * @param {string} text
 * @param {number} at
 */
function isEscaped(text, at) {
  let slashes = 0
  while (text[at - 1 - slashes] === "\\") slashes++
  return slashes % 2 === 1
}

/**
 * One dollar sign is money more often than maths: a formula touches both its signs, stays on one line, does not follow
 * a letter or digit ("US$5"), is not followed by a digit ("$5-$10"), and is no sentence between two prices.
 * @param {string} text
 * @param {number} start
 * @param {string} source
 * @param {number} to
 */
function isFormula(text, start, source, to) {
  if (/^\s|\s$|\n/.test(source)) return false
  if (/[\p{L}\p{N}$]/u.test(text[start - 1] ?? "") || /[\d$]/.test(text[to + 1] ?? "")) return false
  const isPriceFirst = /^[\d.,]+(?:[KMB]|\s|$|[^\w\\^_{}+*/=<>()[\]|!-])/u.test(source)
  return !isPriceFirst || !/[\p{L}]{2,}/u.test(source.replace(/\\[a-zA-Z]+/g, ""))
}

/**
 * A block of maths begins a line with `$$` or `\[` and ends a line with its partner; a blank line ends the attempt.
 * While the partner has not come the source is shown as it is.
 * @param {StateBlock} state
 * @param {number} startLine
 * @param {number} endLine
 * @param {boolean} silent
 */
export function blockMath(state, startLine, endLine, silent) {
  if ((state.sCount[startLine] ?? 0) - state.blkIndent >= 4) return false
  const fence = FENCES.slice(0, 2).find((each) => lineText(state, startLine).startsWith(each.open))
  if (!fence) return false
  const last = closingLine(state, startLine, endLine, fence)
  if (last === null) return false
  if (silent) return true
  const raw = state.getLines(startLine, last.line + 1, state.blkIndent, false).trim()
  const token = state.push("math_block", "", 0)
  token.block = true
  token.content = raw.slice(2, last.closed ? -2 : undefined).trim()
  token.meta = { display: true, closed: last.closed, raw }
  token.map = [startLine, last.line + 1]
  state.line = last.line + 1
  return true
}

/**
 * @param {StateBlock} state
 * @param {number} startLine
 * @param {number} endLine
 * @param {{ open: string, close: string }} fence
 * @returns {{ line: number, closed: boolean } | null}
 */
function closingLine(state, startLine, endLine, fence) {
  for (let line = startLine; line < endLine; line++) {
    if (state.isEmpty(line) || (state.sCount[line] ?? 0) < state.blkIndent) return null
    const text = lineText(state, line).trimEnd()
    const body = line === startLine ? text.slice(2) : text
    if (body.endsWith(fence.close)) return { line, closed: true }
    if (body.includes(fence.close)) return null
  }
  return endLine >= state.lineMax ? { line: endLine - 1, closed: false } : null
}

/**
 * @param {StateBlock} state
 * @param {number} line
 */
function lineText(state, line) {
  return state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line])
}
