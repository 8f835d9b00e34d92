/** Theme and language as this browser last saw them, so that the first paint is already right. */

import { pickLanguage, setLanguage } from "./i18n.js"
import { recall, remember } from "./store.js"

/** @typedef {"light" | "dark" | "system"} Theme */

/** Show the page as it looked last time. */
export async function startLook() {
  applyTheme(recall("theme", "system"))
  await setLanguage(pickLanguage(recall("language", null)))
}

/**
 * Take over what the server keeps.
 * @param {{ theme: Theme, language: "ko" | "en" | null }} values
 */
export async function showLook({ theme, language }) {
  remember("theme", theme)
  remember("language", language)
  applyTheme(theme)
  await setLanguage(pickLanguage(language))
}

/** @param {Theme} theme */
function applyTheme(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}
