/** Form fields: a label above, the control, a hint below, and an error said where it is made. */

import { add, h, setAttribute } from "../core/h.js"
import { loadStyle } from "../core/style.js"

/** @typedef {import("../core/h.js").Child} Child */
/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Control */
/** @typedef {{ value: string, label: string, disabled?: boolean }} Option */
/** @typedef {{ label: string, hint?: Child, control: Control, after?: Child }} FieldParts */

await loadStyle(new URL("../styles/fields.css", import.meta.url))

let count = 0

/**
 * A labelled control. `fieldError(field, text)` says what is wrong with it.
 * @param {FieldParts} parts
 */
export function field({ label, hint, control, after }) {
  count += 1
  control.id ||= `field-${count}`
  const hintId = `${control.id}-hint`
  const errorId = `${control.id}-error`
  control.setAttribute("aria-describedby", hint ? `${hintId} ${errorId}` : errorId)
  control.classList.add("control")
  return h(
    "div",
    { class: "field" },
    h("label", { class: "field__label", for: control.id }, label),
    h("div", { class: "field__row" }, control, after),
    hint && h("p", { class: "field__hint", id: hintId }, hint),
    h("p", { class: "field__error", id: errorId, "aria-live": "polite" }),
  )
}

/**
 * Say what is wrong, or with an empty text that nothing is.
 * @param {HTMLElement} element made by `field`
 * @param {string} text
 */
export function fieldError(element, text) {
  const place = element.querySelector(".field__error")
  const control = element.querySelector(".control")
  if (place) place.textContent = text
  if (control) setAttribute(control, "aria-invalid", text ? "true" : null)
}

/**
 * A switch: a check box whose label is the sentence it switches.
 * @param {{ label: string, hint?: Child, checked: boolean, onchange: (checked: boolean) => unknown, disabled?: boolean }} parts
 */
export function toggle({ label, hint, checked, onchange, disabled = false }) {
  const box = h("input", { type: "checkbox", class: "switch", role: "switch", checked, disabled, "data-key": label })
  box.addEventListener("change", () => onchange(box.checked))
  return h(
    "label",
    { class: "toggle" },
    box,
    h("span", { class: "toggle__words" }, h("span", {}, label), hint && h("small", { class: "soft" }, hint)),
  )
}

/**
 * @param {Option[]} options
 * @param {string} value
 * @param {Record<string, unknown>} [props]
 */
export function select(options, value, props = {}) {
  const element = h("select", props)
  add(element, ...options.map((one) => h("option", { value: one.value, disabled: one.disabled ?? false }, one.label)))
  element.value = value
  return element
}

/**
 * One of a few, side by side: radio buttons that look like one control.
 * @param {{ label: string, name: string, options: Option[], value: string, onchange: (value: string) => unknown }} parts
 */
export function choice({ label, name, options, value, onchange }) {
  const boxes = options.map((option) => {
    const key = `${name}-${option.value}`
    const input = h("input", { type: "radio", name, value: option.value, class: "unseen", "data-key": key })
    input.checked = option.value === value
    input.addEventListener("change", () => onchange(option.value))
    return h("label", { class: "choice__one" }, input, h("span", {}, option.label))
  })
  return h(
    "fieldset",
    { class: "field" },
    h("legend", { class: "field__label" }, label),
    h("div", { class: "choice" }, boxes),
  )
}
