/** Small pieces that several settings parts are made of. */

import { h } from "../../core/h.js"
import { icon } from "../../parts/icon.js"

/** @typedef {import("../../core/h.js").Child} Child */
/** @typedef {import("../../parts/icon.js").IconName} IconName */

/**
 * A card, with a heading where it has one.
 * @param {Child} content
 * @param {string} [title]
 */
export function card(content, title) {
  return h("section", { class: "card stack" }, title && h("h3", {}, title), content)
}

/**
 * @param {string} label
 * @param {() => unknown} onclick
 * @param {{ kind?: "main" | "quiet" | "danger" | "quiet-danger", icon?: IconName, key?: string, disabled?: boolean }} [options]
 */
export function button(label, onclick, { kind, icon: picture, key, disabled = false } = {}) {
  return h(
    "button",
    {
      class: kind ? `button button--${kind}` : "button",
      type: "button",
      disabled,
      onclick,
      ...(key ? { "data-key": key } : {}),
    },
    picture && icon(picture),
    h("span", {}, label),
  )
}

/**
 * A row of facts: what, and how it stands.
 * @param {[string, Child][]} rows
 */
export function facts(rows) {
  return h(
    "dl",
    { class: "facts" },
    rows.map(([what, value]) => h("div", {}, h("dt", {}, what), h("dd", { class: "number" }, value))),
  )
}

/**
 * @param {"good" | "warn" | "danger" | "plain"} kind
 * @param {IconName} picture
 * @param {Child} content
 */
export function notice(kind, picture, content) {
  return h("div", { class: `notice notice--${kind}` }, icon(picture), h("div", { class: "notice__body" }, content))
}

/** @param {Child[]} content */
export function actionsRow(...content) {
  return h("div", { class: "row row--wrap" }, content)
}

/**
 * Lists come as a page of items.
 * @template T
 * @param {{ items: T[] } | T[]} answer
 * @returns {T[]}
 */
export function itemsOf(answer) {
  return Array.isArray(answer) ? answer : answer.items
}
