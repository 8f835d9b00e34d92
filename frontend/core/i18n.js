/** Words on screen: one key, one whole sentence, in the reader's language, switched while the page is open. */

import { particle } from "./particles.js"

/** @typedef {"ko" | "en"} Language */
/** @typedef {Record<string, unknown>} Values */

/** @type {readonly Language[]} */
export const LANGUAGES = ["ko", "en"]

const events = new EventTarget()
/** @type {Map<Language, Record<string, string>>} */
const loaded = new Map()
/** @type {Language} */
let current = "ko"
/** @type {Record<string, string>} */
let words = {}

/** @returns {Language} */
export function language() {
  return current
}

/**
 * Load a language's words and use them from here on. Listeners of `onLanguage` are told when it is another one.
 * @param {Language} next
 */
export async function setLanguage(next) {
  const found = loaded.get(next) ?? (await load(next))
  const changed = next !== current || words !== found
  current = next
  words = found
  document.documentElement.lang = next
  if (changed) events.dispatchEvent(new Event("language"))
}

/**
 * The language to start with: what was chosen, else the browser's.
 * @param {string | null | undefined} chosen
 * @returns {Language}
 */
export function pickLanguage(chosen) {
  if (chosen === "ko" || chosen === "en") return chosen
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2))
  return /** @type {Language} */ (wanted.find((tag) => tag === "ko" || tag === "en") ?? "en")
}

/**
 * Be told when the language changes.
 * @param {() => void} handler
 * @returns {() => void} stops it
 */
export function onLanguage(handler) {
  events.addEventListener("language", handler)
  return () => events.removeEventListener("language", handler)
}

/** @param {string} key */
export function hasText(key) {
  return key in words || `${key}.other` in words
}

/**
 * The sentence for a key. `{name}` takes a value, `{을/를}` the particle that fits what stands before it. With a number
 * in `count`, `key.one` or `key.other` is taken by the language's plural rule.
 * @param {string} key
 * @param {Values} [values]
 */
export function t(key, values = {}) {
  return compose(words[pluralKey(key, values)] ?? key, values)
}

/**
 * @param {string} key
 * @param {Values} values
 */
function pluralKey(key, values) {
  if (key in words || typeof values.count !== "number") return key
  const rule = `${key}.${new Intl.PluralRules(current).select(values.count)}`
  return rule in words ? rule : `${key}.other`
}

/**
 * @param {string} template
 * @param {Values} values
 */
function compose(template, values) {
  let text = ""
  for (const [index, piece] of template.split(/\{([^{}]+)\}/).entries()) {
    if (index % 2 === 0) text += piece
    else text += piece.includes("/") ? fitting(text, piece) : shown(values[piece])
  }
  return text
}

/**
 * @param {string} before
 * @param {string} pair
 */
function fitting(before, pair) {
  const [afterConsonant = "", afterVowel = ""] = pair.split("/")
  return particle(before, afterConsonant, afterVowel)
}

/** @param {unknown} value */
function shown(value) {
  if (value === null || value === undefined) return ""
  return typeof value === "number" ? new Intl.NumberFormat(current).format(value) : String(value)
}

/**
 * @param {Language} next
 * @returns {Promise<Record<string, string>>}
 */
async function load(next) {
  const answer = await fetch(new URL(`../locales/${next}.json`, import.meta.url))
  const found = /** @type {Record<string, string>} */ (await answer.json())
  loaded.set(next, found)
  return found
}
