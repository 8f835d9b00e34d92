/** What is asked when the chosen model cannot answer: a list in order, moved with buttons. */

import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { icon } from "../../parts/icon.js"
import { modelName, modelSelect } from "./model_select.js"

/** @typedef {import("./model_select.js").ModelInfo} ModelInfo */
/** @typedef {(fallbacks: string[]) => unknown} OnChange */

/**
 * @param {string[]} chosen
 * @param {ModelInfo[]} models
 * @param {OnChange} onchange
 */
export function fallbackList(chosen, models, onchange) {
  const rows = chosen.map((id, index) => row(chosen, index, modelName(models, id), onchange))
  const rest = models.filter(({ id }) => !chosen.includes(id))
  const adding = modelSelect(rest, null, t("settings.models.fallback_add"), {
    class: "control",
    "aria-label": t("settings.models.fallback_add"),
    "data-key": "fallback-add",
  })
  adding.addEventListener("change", () => adding.value && onchange([...chosen, adding.value]))
  return h(
    "fieldset",
    { class: "field" },
    h("legend", { class: "field__label" }, t("settings.models.fallbacks")),
    chosen.length > 0
      ? h("ol", { role: "list", class: "ordered" }, rows)
      : h("p", { class: "soft small" }, t("settings.models.fallback_none")),
    rest.length > 0 && adding,
  )
}

/**
 * @param {string[]} chosen
 * @param {number} index
 * @param {string} name
 * @param {OnChange} onchange
 */
function row(chosen, index, name, onchange) {
  const id = chosen[index] ?? ""
  const without = chosen.filter((one) => one !== id)
  const moved = (/** @type {number} */ to) => onchange([...without.slice(0, to), id, ...without.slice(to)])
  return h(
    "li",
    { class: "ordered__one" },
    h("span", { class: "ordered__place number soft" }, index + 1),
    h("span", { class: "grow" }, name),
    iconButton("up", t("settings.models.move_up", { name }), index === 0, () => moved(index - 1)),
    iconButton("down", t("settings.models.move_down", { name }), index === chosen.length - 1, () => moved(index + 1)),
    iconButton("close", t("settings.models.fallback_remove", { name }), false, () => onchange(without)),
  )
}

/**
 * @param {"up" | "down" | "close"} picture
 * @param {string} label
 * @param {boolean} disabled
 * @param {() => unknown} onclick
 */
export function iconButton(picture, label, disabled, onclick) {
  const props = {
    class: "button button--quiet button--icon",
    type: "button",
    "aria-label": label,
    disabled,
    onclick,
    "data-key": label,
  }
  return h("button", props, icon(picture))
}
