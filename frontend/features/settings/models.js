/** Models and defaults: which model answers, what stands in for it, and how it is asked. */

import { api } from "../../core/api.js"
import { define } from "../../core/element.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { preferences } from "../../core/preferences.js"
import { field, toggle } from "../../parts/field.js"
import { toast } from "../../parts/toast.js"
import { fallbackList } from "./fallbacks.js"
import { modelName, modelSelect } from "./model_select.js"
import { effortSelect, samplingFields } from "./options.js"
import { SettingsPart } from "./part.js"
import { card, itemsOf } from "./pieces.js"
import { presetCard } from "./presets.js"
import { priceCard } from "./prices.js"

/** @typedef {import("../../core/preferences.js").PreferenceValues} PreferenceValues */
/** @typedef {import("./model_select.js").ModelInfo} ModelInfo */
/** @typedef {import("./presets.js").Preset} Preset */
/** @typedef {import("./prices.js").PriceBook} PriceBook */
/** @typedef {{ values: PreferenceValues, models: ModelInfo[], presets: Preset[], prices: PriceBook }} ModelsData */

/** @extends {SettingsPart<ModelsData>} */
export class Models extends SettingsPart {
  name = "models"
  watches = ["preferences.changed", "models.changed", "prices.changed"]

  /** @override */
  async read() {
    const [values, models, presets, prices] = await Promise.all([
      preferences.load(),
      api.get("/api/settings/models"),
      api.get("/api/chat/presets"),
      api.get("/api/settings/prices"),
    ])
    return { values, models: itemsOf(models), presets: itemsOf(presets), prices }
  }

  /** @param {ModelsData} data @override */
  draw({ values, models, presets, prices }) {
    return [
      card([this.#default(values, models), this.#fallbacks(values, models)], t("settings.models.which")),
      card(this.#asking(values), t("settings.models.asking")),
      card(this.#titles(values), t("settings.models.titles")),
      priceCard(this, prices),
      presetCard(this, presets, models),
    ]
  }

  /**
   * @param {PreferenceValues} values
   * @param {ModelInfo[]} models
   */
  #default(values, models) {
    const control = modelSelect(models, values.default_model, t("settings.models.automatic"), { "data-key": "default" })
    control.addEventListener("change", () => void this.#save({ default_model: control.value || null }))
    const now = models.find(({ is_default }) => is_default)
    const isOther = now !== undefined && now.id !== values.default_model
    const hint = [
      t("settings.models.default_hint"),
      isOther && ` ${t("settings.models.now", { model: modelName(models, now.id) })}`,
    ]
    return field({ label: t("settings.models.default"), hint, control })
  }

  /**
   * @param {PreferenceValues} values
   * @param {ModelInfo[]} models
   */
  #fallbacks(values, models) {
    return [
      fallbackList(values.fallbacks, models, (fallbacks) => void this.#save({ fallbacks })),
      toggle({
        label: t("settings.models.paid_fallback"),
        hint: t("settings.models.paid_fallback_hint"),
        checked: values.allow_paid_fallback,
        onchange: (allow_paid_fallback) => void this.#save({ allow_paid_fallback }),
      }),
    ]
  }

  /** @param {PreferenceValues} values */
  #asking(values) {
    const save = (/** @type {Partial<PreferenceValues>} */ patch) => this.#keep(patch)
    const prompt = h("textarea", {
      rows: 4,
      value: values.system_prompt,
      placeholder: t("settings.models.system_example"),
      "data-key": "system",
    })
    prompt.addEventListener("change", () => void this.#save({ system_prompt: prompt.value.trim() || null }))
    const effort = effortSelect(values.reasoning_effort)
    effort.addEventListener("change", () => void this.#save({ reasoning_effort: effort.value || null }))
    return [
      field({ label: t("settings.models.system"), hint: t("settings.models.system_hint"), control: prompt }),
      h("div", { class: "columns" }, samplingFields(values, save)),
      field({ label: t("settings.models.effort"), hint: t("settings.models.effort_hint"), control: effort }),
    ]
  }

  /** @param {PreferenceValues} values */
  #titles(values) {
    return toggle({
      label: t("settings.models.title_calls"),
      hint: t("settings.models.title_calls_hint"),
      checked: values.title_calls,
      onchange: (title_calls) => void this.#save({ title_calls }),
    })
  }

  /** @param {Partial<PreferenceValues>} patch */
  #save(patch) {
    return this.run(() => preferences.change(patch), t("parts.saved"))
  }

  /** Keep and leave the errors to the field. @param {Partial<PreferenceValues>} patch */
  async #keep(patch) {
    await preferences.change(patch)
    toast(t("parts.saved"))
  }
}

define("md-settings-models", Models)
