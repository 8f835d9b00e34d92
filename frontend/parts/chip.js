/** A chip: two or three words about a state. */

import { h } from "../core/h.js"

/** @typedef {"plain" | "kept" | "warn" | "danger"} ChipKind */

/**
 * @param {string} text
 * @param {ChipKind} [kind]
 */
export function chip(text, kind = "plain") {
  return h("span", { class: kind === "plain" ? "chip" : `chip chip--${kind}` }, text)
}
