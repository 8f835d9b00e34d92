/** A choice of model, grouped by who provides it; what cannot be used at the moment says so. */

import { add, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { maker } from "../../parts/maker.js"

/**
 * @typedef {object} ModelInfo
 * @property {string} id
 * @property {string} name
 * @property {string} provider
 * @property {string} provider_name
 * @property {boolean} is_local
 * @property {boolean} is_free
 * @property {boolean} is_builtin
 * @property {boolean} is_default
 * @property {boolean} available
 * @property {string | null} unavailable_reason
 */

/**
 * @param {ModelInfo[]} models
 * @param {string | null} chosen
 * @param {string} none the words for choosing none
 * @param {Record<string, unknown>} [props]
 */
export function modelSelect(models, chosen, none, props = {}) {
  const groups = Map.groupBy(models, maker)
  const element = h("select", props, h("option", { value: "" }, none))
  for (const [name, group] of groups) add(element, h("optgroup", { label: name }, group.map(option)))
  if (chosen && !models.some(({ id }) => id === chosen)) {
    add(element, h("option", { value: chosen }, t("settings.models.gone", { model: chosen })))
  }
  element.value = chosen ?? ""
  return element
}

/**
 * What a model is called: its name, with its provider where the name alone does not say.
 * @param {ModelInfo[]} models
 * @param {string} id
 */
export function modelName(models, id) {
  const found = models.find((model) => model.id === id)
  return found ? `${found.name} · ${maker(found)}` : id
}

/** @param {ModelInfo} model */
function option(model) {
  const words = model.available ? model.name : t("settings.models.unavailable", { model: model.name })
  return h("option", { value: model.id }, words)
}
