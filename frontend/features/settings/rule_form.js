/** The dialog for a rule: when it decides and which model answers then, tried on past questions as it is written. */

import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { field, fieldError, select, toggle } from "../../parts/field.js"
import { openForm } from "../../parts/form.js"
import { modelSelect } from "./model_select.js"
import { numberField, parseNumber } from "./numbers.js"
import { trialText, tryRule } from "./rule_trial.js"

/** @typedef {import("../../core/preferences.js").RouteRule} RouteRule */
/** @typedef {import("./model_select.js").ModelInfo} ModelInfo */

const FEATURES = /** @type {const} */ (["chat", "title", "api"])
const MOST_CHARACTERS = 1_000_000
const MOST_TOKENS = 10_000_000

/**
 * @param {RouteRule | null} rule the one to change, or null for a new one
 * @param {ModelInfo[]} models
 * @param {(rule: RouteRule) => Promise<boolean>} onsave says whether it was kept
 */
export function openRule(rule, models, onsave) {
  const form = new RuleForm(rule, models)
  openForm({
    title: t(rule ? "settings.rules.change" : "settings.rules.add"),
    body: form.element,
    save: t("parts.save"),
    onsave: async (dialog) => {
      if (!form.check()) return
      if (await onsave(form.value)) dialog.close()
    },
  })
  void form.try()
}

class RuleForm {
  #id
  #enabled
  #name
  #model
  #feature
  #nameBox
  #modelBox
  #characters
  #tokens
  #files
  #code
  #trial = h("p", { class: "soft small", "aria-live": "polite" })
  #round = 0
  element

  /**
   * @param {RouteRule | null} rule
   * @param {ModelInfo[]} models
   */
  constructor(rule, models) {
    this.#id = rule?.id ?? crypto.randomUUID()
    this.#enabled = rule?.enabled ?? true
    this.#name = h("input", { type: "text", maxlength: 60, value: rule?.name ?? t("settings.rules.example") })
    this.#model = modelSelect(models, rule?.model ?? null, t("settings.rules.choose"))
    this.#feature = select(
      [
        { value: "", label: t("settings.rules.everywhere") },
        ...FEATURES.map((value) => ({ value, label: t(`caps.feature.${value}`) })),
      ],
      rule?.feature ?? "",
    )
    this.#nameBox = field({ label: t("settings.rules.name"), control: this.#name })
    this.#modelBox = field({ label: t("settings.rules.model"), control: this.#model })
    this.#characters = bound("characters", rule ? rule.max_characters : 200, MOST_CHARACTERS)
    this.#tokens = bound("tokens", rule?.max_context_tokens ?? null, MOST_TOKENS)
    this.#files = flag("files", rule?.without_files ?? true)
    this.#code = flag("code", rule?.without_code ?? true)
    this.element = h(
      "div",
      { class: "stack" },
      this.#nameBox,
      field({ label: t("settings.rules.feature"), control: this.#feature }),
      h("div", { class: "columns" }, this.#characters, this.#tokens),
      this.#files,
      this.#code,
      this.#modelBox,
      this.#trial,
    )
    this.element.addEventListener("change", () => void this.try())
  }

  /** @returns {RouteRule} */
  get value() {
    return {
      id: this.#id,
      name: this.#name.value.trim(),
      model: this.#model.value,
      enabled: this.#enabled,
      feature: /** @type {RouteRule["feature"]} */ (this.#feature.value || null),
      max_characters: numberIn(this.#characters),
      max_context_tokens: numberIn(this.#tokens),
      without_files: isOn(this.#files),
      without_code: isOn(this.#code),
    }
  }

  /** Say at each field what is wrong with it. Returns whether nothing is. */
  check() {
    const { name, model } = this.value
    fieldError(this.#nameBox, name ? "" : t("settings.rules.name_missing"))
    fieldError(this.#modelBox, model ? "" : t("settings.rules.model_missing"))
    const areBounds = [checkBound(this.#characters, MOST_CHARACTERS), checkBound(this.#tokens, MOST_TOKENS)]
    return Boolean(name && model) && areBounds.every(Boolean)
  }

  /** Show what the rule as it is written had done with past questions. */
  async try() {
    const round = ++this.#round
    const { value } = this
    const canTry = value.name && value.model && isFine(value.max_characters) && isFine(value.max_context_tokens)
    const text = canTry ? trialText(await tryRule(value)) : ""
    if (round === this.#round) this.#trial.textContent = text
  }
}

/**
 * @param {"characters" | "tokens"} name
 * @param {number | null} value
 * @param {number} max
 */
function bound(name, value, max) {
  return numberField({
    label: t(`settings.rules.${name}`),
    hint: t(`settings.rules.${name}_hint`),
    value,
    min: 1,
    max,
    step: 1,
    placeholder: t("settings.rules.no_bound"),
    onvalue: () => {},
  })
}

/**
 * @param {HTMLElement} box
 * @param {number} max
 */
function checkBound(box, max) {
  const value = numberIn(box)
  const isRight = value === null || (Number.isInteger(value) && value >= 1 && value <= max)
  fieldError(box, isRight ? "" : t("settings.number_whole", { min: 1, max }))
  return isRight
}

/** @param {number | null} value */
function isFine(value) {
  return value === null || (Number.isInteger(value) && value >= 1)
}

/** @param {HTMLElement} box @returns {number | null} */
function numberIn(box) {
  return parseNumber(/** @type {HTMLInputElement} */ (box.querySelector("input")).value)
}

/**
 * @param {"files" | "code"} name
 * @param {boolean} checked
 */
function flag(name, checked) {
  return toggle({ label: t(`settings.rules.no_${name}`), checked, onchange: () => {} })
}

/** @param {HTMLElement} box */
function isOn(box) {
  return /** @type {HTMLInputElement} */ (box.querySelector("input")).checked
}
