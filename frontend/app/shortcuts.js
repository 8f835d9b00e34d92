/** Keys that work anywhere on the page. */

import { navigate } from "../core/router.js"

const openPalette = async () => (await import("./palette.js")).openPalette()

/** @type {{ key: string, withCommand: boolean, withShift?: boolean, run: () => unknown }[]} */
const SHORTCUTS = [
  { key: "k", withCommand: true, run: openPalette },
  { key: "o", withCommand: true, withShift: true, run: () => navigate("/chat") },
  { key: ",", withCommand: true, run: () => navigate("/settings") },
  { key: "?", withCommand: false, withShift: true, run: async () => (await import("./help.js")).openHelp() },
  { key: "/", withCommand: false, run: focusComposer },
]

/** The letter on the key itself, also while Hangul is typed. */
const LETTERS = new Map([
  ["KeyK", "k"],
  ["KeyO", "o"],
])

export function startShortcuts() {
  document.addEventListener("keydown", obey)
}

/** @param {KeyboardEvent} event */
function obey(event) {
  // Whoever opens the palette types on at once, so it is fetched while the first of its two keys goes down.
  if (event.key === "Control" || event.key === "Meta") void import("./palette.js")
  if (event.isComposing || event.repeat || event.altKey || isShut()) return
  const command = event.ctrlKey || event.metaKey
  const key = LETTERS.get(event.code) ?? event.key
  const found = SHORTCUTS.find((one) => one.key === key && one.withCommand === command && fits(one, event))
  if (!found || (!command && isTyping(event.target))) return
  event.preventDefault()
  found.run()
}

/**
 * @param {{ withShift?: boolean, withCommand: boolean }} shortcut
 * @param {KeyboardEvent} event
 */
function fits({ withShift = false, withCommand }, { shiftKey }) {
  return withCommand ? withShift === shiftKey : true
}

/** Behind the door or under a dialog the keys belong to what is in front. */
function isShut() {
  return document.querySelector("md-door, dialog[open]") !== null
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && target.matches("input:not([type=radio], [type=checkbox]), textarea, select")
}

function focusComposer() {
  const composer = document.querySelector("[data-shortcut='/']")
  if (composer instanceof HTMLElement) composer.focus()
}
