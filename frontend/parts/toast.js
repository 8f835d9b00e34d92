/** A short message at the edge of the page, with one thing to do about it: usually Undo. */

import { h } from "../core/h.js"
import { t } from "../core/i18n.js"
import { icon } from "./icon.js"

/** @typedef {{ label: string, run: () => unknown }} ToastAction */
/** @typedef {{ action?: ToastAction, kind?: "plain" | "danger", ms?: number }} ToastOptions */

const PLAIN_MS = 5_000
const WITH_ACTION_MS = 12_000

/**
 * Show a message. It goes by itself, but not while it is pointed at or holds the focus.
 * @param {string} text
 * @param {ToastOptions} [options]
 * @returns {() => void} closes it
 */
export function toast(text, { action, kind = "plain", ms = action ? WITH_ACTION_MS : PLAIN_MS } = {}) {
  /** Where the focus came from. @type {EventTarget | null} */
  let from = null
  const close = () => {
    leaving.abort()
    if (element.contains(document.activeElement)) giveBack(from)
    element.remove()
  }
  const leaving = new AbortController()
  const element = h(
    "div",
    { class: `toast toast--${kind}`, role: kind === "danger" ? "alert" : "status" },
    h("span", { class: "toast__text" }, text),
    action && h("button", { class: "toast__action", type: "button", onclick: () => act(action, close) }, action.label),
    h(
      "button",
      { class: "toast__close", type: "button", "aria-label": t("parts.close"), onclick: close },
      icon("close"),
    ),
  )
  element.addEventListener("focusin", ({ relatedTarget }) => {
    if (!element.contains(/** @type {Node | null} */ (relatedTarget))) from = relatedTarget
  })
  place().append(element)
  closeLater(element, close, ms, leaving.signal)
  return close
}

/** @param {EventTarget | null} from what had the focus before, if it is still there */
function giveBack(from) {
  const place = from instanceof HTMLElement && from.isConnected ? from : document.querySelector("main")
  if (place instanceof HTMLElement) place.focus()
}

/**
 * @param {ToastAction} action
 * @param {() => void} close
 */
function act(action, close) {
  close()
  action.run()
}

/**
 * @param {HTMLElement} element
 * @param {() => void} close
 * @param {number} ms
 * @param {AbortSignal} signal
 */
function closeLater(element, close, ms, signal) {
  let timer = setTimeout(close, ms)
  const wait = () => clearTimeout(timer)
  const go = () => {
    clearTimeout(timer)
    timer = setTimeout(close, ms)
  }
  for (const type of ["pointerenter", "focusin"]) element.addEventListener(type, wait, { signal })
  for (const type of ["pointerleave", "focusout"]) element.addEventListener(type, go, { signal })
  signal.addEventListener("abort", wait)
}

/** The stack of toasts; a popover, so that it stands above an open dialog too. */
function place() {
  const found = document.querySelector(".toasts")
  const stack = found instanceof HTMLElement ? found : h("div", { class: "toasts", popover: "manual" })
  if (!found) document.body.append(stack)
  if (stack.matches(":popover-open")) stack.hidePopover()
  stack.showPopover()
  return stack
}
