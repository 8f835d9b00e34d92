/** Korean particles: which of 을/를, 이/가, 으로/로 … follows a word, judged by how the word ends when it is read. */

/** @typedef {"vowel" | "consonant" | "rieul" | "unknown"} Ending */

const FIRST_SYLLABLE = 0xac00
const LAST_SYLLABLE = 0xd7a3
const FINALS = 28
const RIEUL = 8

// 영 일 이 삼 사 오 육 칠 팔 구
/** @type {Ending[]} */
const DIGITS = ["consonant", "rieul", "vowel", "consonant", "vowel", "vowel", "consonant", "rieul", "rieul", "vowel"]
const SIGNS = new Map(
  /** @type {[string, Ending][]} */ ([
    ["%", "vowel"],
    ["₩", "consonant"],
    ["$", "vowel"],
  ]),
)
const SILENT_TAIL = /[\s"'”’」』)\]}>.,!?…]+$/u

/**
 * The particle for a word.
 * @param {string} word
 * @param {string} afterConsonant e.g. 을, 이, 은, 과, 으로
 * @param {string} afterVowel e.g. 를, 가, 는, 와, 로
 */
export function particle(word, afterConsonant, afterVowel) {
  const ending = endingOf(word)
  if (ending === "unknown") return both(afterConsonant, afterVowel)
  if (ending === "rieul" && afterConsonant.startsWith("으")) return afterVowel
  return ending === "vowel" ? afterVowel : afterConsonant
}

/**
 * @param {string} word
 * @returns {Ending}
 */
function endingOf(word) {
  const text = word.normalize("NFC").replace(SILENT_TAIL, "")
  const last = text.at(-1) ?? ""
  const code = last.codePointAt(0) ?? 0
  if (code >= FIRST_SYLLABLE && code <= LAST_SYLLABLE) return ofFinal((code - FIRST_SYLLABLE) % FINALS)
  if (/[0-9]/.test(last)) return DIGITS[Number(last)] ?? "unknown"
  if (/[a-z]/i.test(last)) return ofLatin(/[a-z]+$/i.exec(text)?.[0] ?? last)
  return SIGNS.get(last) ?? "unknown"
}

/**
 * @param {number} final
 * @returns {Ending}
 */
function ofFinal(final) {
  if (final === 0) return "vowel"
  return final === RIEUL ? "rieul" : "consonant"
}

/**
 * Abbreviations are read letter by letter, words as they are usually written in Hangul.
 * @param {string} word
 * @returns {Ending}
 */
function ofLatin(word) {
  const isSpelled = word.length === 1 || word === word.toUpperCase() || !/[aeiouy]/i.test(word)
  if (isSpelled) return ofLetterName(word.at(-1) ?? "")
  const end = word.toLowerCase()
  if (/(?:l|le)$/.test(end)) return "rieul"
  if (/(?:m|n|me|ne|ng)$/.test(end)) return "consonant"
  return /[aeiou][bcgkpt]$|[ck]k$/.test(end) ? "consonant" : "vowel"
}

/**
 * @param {string} letter
 * @returns {Ending}
 */
function ofLetterName(letter) {
  if (/[lr]/i.test(letter)) return "rieul"
  return /[mn]/i.test(letter) ? "consonant" : "vowel"
}

/**
 * @param {string} afterConsonant
 * @param {string} afterVowel
 */
function both(afterConsonant, afterVowel) {
  if (afterConsonant.endsWith(afterVowel)) {
    return `(${afterConsonant.slice(0, -afterVowel.length)})${afterVowel}`
  }
  return `${afterConsonant}(${afterVowel})`
}
