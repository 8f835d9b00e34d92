/** What the first screen can do without for a moment: the line to the server, preferences, shortcuts, the palette. */

import { api } from "../core/api.js"
import { live } from "../core/live.js"
import { preferences } from "../core/preferences.js"
import { session } from "../core/session.js"
import { makeRegion } from "../parts/announce.js"
import { complain } from "../parts/complain.js"
import { Line } from "./line.js"
import { startShortcuts } from "./shortcuts.js"

const VISIT_MS = 4 * 60_000

let isBegun = false

/** Say now and then that somebody is here, and hear what was spent while nobody was. */
function keepVisiting() {
  const visit = async () => {
    if (!session.token) return
    // The next visit says it where this one could not.
    const away = await api.post("/api/usage/visit").catch(() => null)
    if (away) (await import("./alerts.js")).tellAway(away)
  }
  document.addEventListener("visibilitychange", () => void visit())
  setInterval(() => document.visibilityState === "visible" && void visit(), VISIT_MS)
  void visit()
}

/** The number of questions that wait, at the rail. */
async function count() {
  const found = session.token && (await api.get("/api/permissions/waiting").catch(() => null))
  const rail = /** @type {import("./rail.js").Rail | null} */ (document.querySelector("md-rail"))
  if (found && rail) rail.waiting = found.waiting
}

/** What is said about money is rare, and so are its words. @param {import("../core/live.js").LiveEvent} event */
async function tell({ kind, data }) {
  if (kind === "approvals.changed") await count()
  if (kind === "caps.alert") (await import("./alerts.js")).tellCap(data.alert)
}

/**
 * Begin, or begin again after somebody came back in or the language changed.
 * @param {HTMLElement} shell
 */
export function begin(shell) {
  const slot = shell.querySelector(".rail__line")
  if (slot && !slot.firstElementChild) slot.append(new Line())
  live.start()
  void count()
  if (isBegun) return
  isBegun = true
  makeRegion()
  keepVisiting()
  startShortcuts()
  preferences.follow()
  live.follow("app", null, { event: tell, resync: () => void count() })
  preferences.load().catch(complain)
  session.addEventListener("change", () => {
    if (!session.token) live.stop()
  })
}
