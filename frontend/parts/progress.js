/** A progress bar with words, for anything longer than a second. */

import { h } from "../core/h.js"

/**
 * @param {{ label: string, value: number | null, max: number, text?: string }} state value null: not known how far
 */
export function progress({ label, value, max, text = "" }) {
  const bar = h("progress", { class: "progress__bar", "aria-label": label, max })
  const words = h("span", { class: "progress__text small soft number" }, text)
  const element = h("div", { class: "progress" }, bar, words)
  showProgress(element, value, max, text)
  return element
}

/**
 * Move a bar made by `progress`.
 * @param {HTMLElement} element
 * @param {number | null} value
 * @param {number} max
 * @param {string} text
 */
export function showProgress(element, value, max, text) {
  const bar = element.querySelector("progress")
  const words = element.querySelector(".progress__text")
  if (!bar || !words) return
  bar.max = Math.max(max, 1)
  if (value === null) bar.removeAttribute("value")
  else bar.value = value
  words.textContent = text
}
