/** Fields for numbers: what is typed is checked here first, kept on leaving the field, and empty means the default. */

import { errorText } from "../../core/api.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { field, fieldError } from "../../parts/field.js"

/**
 * @typedef {object} NumberField
 * @property {string} label
 * @property {import("../../core/h.js").Child} [hint]
 * @property {number | null} value null shows an empty field
 * @property {number} min
 * @property {number} max
 * @property {number | "any"} [step]
 * @property {string} [unit]
 * @property {string} [placeholder]
 * @property {string} [key]
 * @property {boolean} [required]
 * @property {(value: number | null) => unknown} onvalue
 */

/** @param {NumberField} parts */
export function numberField(parts) {
  const { label, hint, value, min, max, step = "any", unit, placeholder = t("settings.default"), key } = parts
  const control = h("input", {
    class: "control--short number",
    type: "text",
    inputmode: step === 1 ? "numeric" : "decimal",
    autocomplete: "off",
    value: value ?? "",
    placeholder,
    ...(key ? { "data-key": key } : {}),
  })
  const box = field({ label, hint, control, after: unit && h("span", { class: "soft small" }, unit) })
  control.addEventListener("change", () => void take(control, box, { ...parts, step, min, max }))
  return box
}

/**
 * @param {HTMLInputElement} control
 * @param {HTMLElement} box
 * @param {NumberField} parts
 */
async function take(control, box, { min, max, step, required = false, onvalue }) {
  const value = parseNumber(control.value)
  const isWhole = step !== 1 || value === null || Number.isInteger(value)
  const isFine = value === null ? !required : value >= min && value <= max && isWhole
  if (!isFine) return fieldError(box, t(step === 1 ? "settings.number_whole" : "settings.number_range", { min, max }))
  try {
    fieldError(box, "")
    await onvalue(value)
  } catch (error) {
    fieldError(box, errorText(error))
  }
}

/**
 * A number as people type it; null for nothing, NaN for what is no number.
 * @param {string} text
 */
export function parseNumber(text) {
  const plain = text.replaceAll(/[\s,_$]/g, "")
  return plain === "" ? null : Number(plain)
}
