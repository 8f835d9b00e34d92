/** How a model is asked: the fields that the defaults and the presets share. */

import { t } from "../../core/i18n.js"
import { select } from "../../parts/field.js"
import { numberField } from "./numbers.js"

/**
 * @typedef {object} Sampling
 * @property {number | null} temperature
 * @property {number | null} top_p
 * @property {number | null} max_tokens
 */

const EFFORTS = ["minimal", "low", "medium", "high"]

/**
 * @param {Sampling} values
 * @param {(patch: Partial<Sampling>) => unknown} onpatch
 */
export function samplingFields(values, onpatch) {
  return [
    numberField({
      label: t("settings.models.temperature"),
      hint: t("settings.models.temperature_hint"),
      value: values.temperature,
      min: 0,
      max: 2,
      key: "temperature",
      onvalue: (temperature) => onpatch({ temperature }),
    }),
    numberField({
      label: t("settings.models.top_p"),
      hint: t("settings.models.top_p_hint"),
      value: values.top_p,
      min: 0.01,
      max: 1,
      key: "top-p",
      onvalue: (top_p) => onpatch({ top_p }),
    }),
    numberField({
      label: t("settings.models.max_tokens"),
      hint: t("settings.models.max_tokens_hint"),
      value: values.max_tokens,
      min: 1,
      max: 1_000_000,
      step: 1,
      key: "max-tokens",
      onvalue: (max_tokens) => onpatch({ max_tokens }),
    }),
  ]
}

/** @param {string | null} value */
export function effortSelect(value) {
  const options = EFFORTS.map((effort) => ({ value: effort, label: t(`settings.models.effort_${effort}`) }))
  return select([{ value: "", label: t("settings.models.effort_default") }, ...options], value ?? "", {
    class: "control--short",
    "data-key": "effort",
  })
}
