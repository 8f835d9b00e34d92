/** Says something to people who listen to the page instead of looking at it. */

import { h } from "../core/h.js"

const REPEAT_MS = 80

/** @type {HTMLElement | null} */
let region = null

/**
 * Speak a sentence politely, also when it is the same as the one before.
 * @param {string} text
 */
export function announce(text) {
  region ??= makeRegion()
  region.textContent = ""
  setTimeout(() => {
    if (region) region.textContent = text
  }, REPEAT_MS)
}

/** The region has to be there before the first word, so the shell makes it. */
export function makeRegion() {
  region = h("div", { class: "unseen", role: "status", "aria-live": "polite" })
  document.body.append(region)
  return region
}
