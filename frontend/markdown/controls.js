/** Characters that change how a text looks without being seen, found and named so that the reader sees them. */

// Bidirectional controls, and tag characters, which can carry a whole hidden message.
const DECEIVING = "\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069\\u{E0000}-\\u{E007F}"
const INVISIBLE = `${DECEIVING}\\u00AD\\u034F\\u115F\\u1160\\u17B4\\u17B5\\u180E\\u200B-\\u200D\\u2060-\\u2064\\u3164\\uFEFF\\uFFA0\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F-\\u009F`

// A joiner inside an emoji and the tags of a flag are how those are written.
const EMOJI =
  "\\p{Emoji_Presentation}\\uFE0F?(?:\\u200D\\p{Emoji}\\uFE0F?)+|\\p{Emoji}\\uFE0F(?:\\u200D\\p{Emoji}\\uFE0F?)+|\\u{1F3F4}[\\u{E0061}-\\u{E007A}]+\\u{E007F}"
const IN_PROSE = new RegExp(`(${EMOJI})|[${DECEIVING}]`, "gu")
const EVERYWHERE = new RegExp(`(${EMOJI})|[${INVISIBLE}]`, "gu")

// So many are shown apart; more of them in one text are spelled within it.
const MOST_APART = 500

/** @typedef {{ text: string, isControl: boolean }} Piece */

/**
 * Cut a text at its unseen characters; each of those comes as its name, e.g. `U+202E`.
 * @param {string} text
 * @param {{ strict: boolean }} options strict: also zero-width characters, as in code and addresses
 * @returns {Piece[]}
 */
export function pieces(text, { strict }) {
  /** @type {Piece[]} */
  const found = []
  let from = 0
  for (const match of text.matchAll(strict ? EVERYWHERE : IN_PROSE)) {
    if (match[1]) continue
    if (found.length >= 2 * MOST_APART) return [...found, { text: spelled(text.slice(from), strict), isControl: false }]
    if (match.index > from) found.push({ text: text.slice(from, match.index), isControl: false })
    found.push({ text: nameOf(match[0]), isControl: true })
    from = match.index + match[0].length
  }
  if (from < text.length) found.push({ text: text.slice(from), isControl: false })
  return found
}

/**
 * The same as one string, for places where no element fits.
 * @param {string} text
 * @param {boolean} [strict]
 */
export function spelled(text, strict = true) {
  return text.replace(strict ? EVERYWHERE : IN_PROSE, (match, emoji) => (emoji ? match : `⟨${nameOf(match)}⟩`))
}

/** @param {string} character */
function nameOf(character) {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`
}
