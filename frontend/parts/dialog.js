/** Questions over the page, on the browser's own dialog: focus goes in, stays in, and comes back. */

import { add, h } from "../core/h.js"
import { t } from "../core/i18n.js"
import { icon } from "./icon.js"

/** @typedef {import("../core/h.js").Child} Child */

let count = 0

/**
 * Open a dialog with a title. The element is removed when it closes.
 * @param {{ title: string, body: Child, footer?: Child, class?: string, onclose?: () => void }} parts
 * @returns {HTMLDialogElement}
 */
export function openDialog({ title, body, footer, class: className = "", onclose }) {
  count += 1
  const id = `dialog-${count}`
  const heading = h("h2", { class: "dialog__title", id }, title)
  const close = h(
    "button",
    { class: "button button--quiet button--icon", type: "button", "aria-label": t("parts.close") },
    icon("close"),
  )
  const dialog = h("dialog", { class: `dialog ${className}`, "aria-labelledby": id })
  add(dialog, h("header", { class: "dialog__head" }, heading, close), h("div", { class: "dialog__body" }, body))
  add(dialog, footer && h("footer", { class: "dialog__foot" }, footer))
  close.addEventListener("click", () => dialog.close())
  return show(dialog, onclose)
}

/**
 * Put a dialog on the page, close it on Escape or a press outside, and give the focus back.
 * @param {HTMLDialogElement} dialog
 * @param {() => void} [onclose]
 */
export function show(dialog, onclose) {
  const before = document.activeElement
  dialog.addEventListener("pointerdown", (event) => {
    if (event.target === dialog && isOutside(dialog, event)) dialog.close()
  })
  dialog.addEventListener("close", () => {
    dialog.remove()
    if (before instanceof HTMLElement) again(before)?.focus()
    onclose?.()
  })
  document.body.append(dialog)
  dialog.showModal()
  return dialog
}

/**
 * The element that had the focus, or the one that was drawn in its place: they share their `data-key`.
 * @param {HTMLElement} element
 */
function again(element) {
  if (element.isConnected) return element
  const { key } = element.dataset
  return key ? /** @type {HTMLElement | null} */ (document.querySelector(`[data-key="${CSS.escape(key)}"]`)) : null
}

/**
 * Ask before something that cannot be undone. The harmless answer has the focus.
 * @param {{ title: string, text: string | string[], yes: string, no?: string, danger?: boolean }} question
 * @returns {Promise<boolean>}
 */
export function confirm({ title, text, yes, no: stay = t("parts.cancel"), danger = true }) {
  return new Promise((answer) => {
    const no = h("button", { class: "button", type: "button", autofocus: true }, stay)
    const go = h("button", { class: `button ${danger ? "button--danger" : "button--main"}`, type: "button" }, yes)
    const body = [text].flat().map((sentence) => h("p", {}, sentence))
    const dialog = openDialog({ title, body, footer: [no, go], onclose: () => answer(false) })
    no.addEventListener("click", () => dialog.close())
    go.addEventListener("click", () => {
      answer(true)
      dialog.close()
    })
    no.focus()
  })
}

/**
 * @param {HTMLElement} element
 * @param {PointerEvent} event
 */
function isOutside(element, { clientX, clientY }) {
  const { left, right, top, bottom } = element.getBoundingClientRect()
  return clientX < left || clientX > right || clientY < top || clientY > bottom
}
