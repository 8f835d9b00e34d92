/** What the first screen can do without for a moment: the line to the server, preferences, shortcuts, the palette. */

import { live } from "../core/live.js"
import { preferences } from "../core/preferences.js"
import { session } from "../core/session.js"
import { makeRegion } from "../parts/announce.js"
import { complain } from "../parts/complain.js"
import { Line } from "./line.js"
import { startShortcuts } from "./shortcuts.js"

let isBegun = false

/**
 * Begin, or begin again after somebody came back in or the language changed.
 * @param {HTMLElement} shell
 */
export function begin(shell) {
  const slot = shell.querySelector(".rail__line")
  if (slot && !slot.firstElementChild) slot.append(new Line())
  live.start()
  if (isBegun) return
  isBegun = true
  makeRegion()
  startShortcuts()
  preferences.follow()
  preferences.load().catch(complain)
  session.addEventListener("change", () => {
    if (!session.token) live.stop()
  })
}
