/** Saving: each way of saving with its switch and what it saved. */

import { api } from "../../core/api.js"
import { define } from "../../core/element.js"
import { money, percent } from "../../core/format.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { preferences } from "../../core/preferences.js"
import { toggle } from "../../parts/field.js"
import { maker } from "../../parts/maker.js"
import { toast } from "../../parts/toast.js"
import { numberField } from "./numbers.js"
import { SettingsPart } from "./part.js"
import { card, itemsOf } from "./pieces.js"
import { tryRule } from "./rule_trial.js"
import { ruleCard } from "./rules.js"

const DAYS = 30
const TRIM_TOKENS = 20_000
const DAY_MS = 86_400_000

/**
 * @typedef {object} Savings micro-dollars and counts of the last days
 * @property {number} kept_calls
 * @property {number} kept_microusd
 * @property {number} similar_calls
 * @property {number} similar_microusd
 * @property {number} shared_calls
 * @property {number} shared_microusd
 * @property {number} prefix_tokens
 * @property {number} cached_tokens
 * @property {number} prefix_microusd
 * @property {number} tier_calls
 * @property {number} tier_microusd
 * @property {number} trimmed_calls
 * @property {number} trimmed_tokens
 * @property {number} cut_calls
 * @property {import("./rules.js").RuleSavings[]} rules
 */
/** @typedef {import("../../core/preferences.js").PreferenceValues} PreferenceValues */
/** @typedef {import("./rules.js").Rules} Rules */
/** @typedef {{ values: PreferenceValues, savings: Savings, rules: Rules }} SavingData */

/** @extends {SettingsPart<SavingData>} */
export class Saving extends SettingsPart {
  name = "saving"
  watches = ["preferences.changed", "models.changed"]

  /** @override */
  async read() {
    const [values, savings, models] = await Promise.all([
      preferences.load(),
      api.get(`/api/usage/savings?${lastDays()}`),
      api.get("/api/settings/models"),
    ])
    const trials = await Promise.all(values.routes.map(tryRule))
    const rules = { all: values.routes, models: itemsOf(models), trials, did: savings.rules }
    return { values, savings, rules }
  }

  /** @param {SavingData} data @override */
  draw({ values, savings, rules }) {
    return [
      card(h("ul", { role: "list", class: "rows" }, this.#ways(values, savings)), t("settings.saving.title_same")),
      ruleCard(this, rules),
      card(h("ul", { role: "list", class: "rows" }, this.#less(values, savings)), t("settings.saving.title_less")),
      this.#waiting(values, savings, rules.models),
      h("p", { class: "soft small" }, t("settings.saving.exactly")),
    ]
  }

  /**
   * @param {PreferenceValues} values
   * @param {Savings} savings
   */
  #ways({ cache_enabled, similar_enabled }, savings) {
    const { kept_calls, kept_microusd, similar_calls, similar_microusd, shared_calls, shared_microusd } = savings
    const kept = this.#switch("kept", cache_enabled, (checked) => ({ cache_enabled: checked }))
    const more = h("a", { href: "/settings/cache" }, t("settings.saving.kept_more"))
    const similar = this.#switch("similar", similar_enabled, (on) => ({ similar_enabled: on }), !cache_enabled)
    return [
      way([kept, h("p", { class: "small under-switch" }, more)], kept_microusd, times(kept_calls)),
      way(similar, similar_microusd, times(similar_calls)),
      way(named("shared"), shared_microusd, times(shared_calls)),
      prefix(savings),
    ]
  }

  /**
   * @param {PreferenceValues} values
   * @param {Savings} savings
   */
  #less(values, savings) {
    const limit = numberField({
      label: t("settings.saving.limit"),
      hint: t("settings.saving.limit_hint"),
      value: values.max_tokens,
      min: 1,
      max: 1_000_000,
      step: 1,
      key: "limit",
      onvalue: (max_tokens) => keep({ max_tokens }),
    })
    const cut = t("settings.saving.cut")
    return [this.#trimming(values, savings), figureRow(limit, times(savings.cut_calls), cut)]
  }

  /**
   * Long conversations. What their beginning had cost nobody knows, so there is no money beside it.
   * @param {PreferenceValues} values
   * @param {Savings} savings
   */
  #trimming({ trim_tokens }, { trimmed_tokens, trimmed_calls }) {
    const words = [
      this.#switch("trim", trim_tokens !== null, (on) => ({ trim_tokens: on ? TRIM_TOKENS : null })),
      trim_tokens !== null && h("div", { class: "under-switch" }, this.#trimField(trim_tokens)),
    ]
    return figureRow(words, t("settings.saving.tokens", { count: trimmed_tokens }), times(trimmed_calls))
  }

  /**
   * Work that nobody waits for, at providers that may answer later for less.
   * @param {PreferenceValues} values
   * @param {Savings} savings
   * @param {import("./model_select.js").ModelInfo[]} models
   */
  #waiting({ flex_providers: chosen }, { tier_calls, tier_microusd }, models) {
    const paid = new Map(models.filter(({ is_free }) => !is_free).map((model) => [model.provider, maker(model)]))
    if (paid.size === 0) return null
    const switches = [...paid].map(([id, name]) =>
      toggle({
        label: t("settings.saving.flex_at", { name }),
        checked: chosen.includes(id),
        onchange: (on) => {
          const flex_providers = on ? [...chosen, id] : chosen.filter((one) => one !== id)
          void this.run(() => preferences.change({ flex_providers }), t("parts.saved"))
        },
      }),
    )
    const list = h("ul", { role: "list", class: "rows" }, way(named("flex"), tier_microusd, times(tier_calls)))
    return card([list, switches], t("settings.saving.title_wait"))
  }

  /** @param {number} value */
  #trimField(value) {
    return numberField({
      label: t("settings.saving.trim_at"),
      value,
      min: 1000,
      max: 10_000_000,
      step: 1,
      key: "trim-at",
      required: true,
      onvalue: (trim_tokens) => keep({ trim_tokens }),
    })
  }

  /**
   * @param {string} name
   * @param {boolean} checked
   * @param {(checked: boolean) => Partial<PreferenceValues>} patch
   * @param {boolean} [disabled]
   */
  #switch(name, checked, patch, disabled = false) {
    return toggle({
      label: t(`settings.saving.${name}`),
      hint: t(`settings.saving.${name}_hint`),
      checked,
      disabled,
      onchange: (on) => void this.run(() => preferences.change(patch(on)), t("parts.saved")),
    })
  }
}

/** Keep, and leave the errors to the field. @param {Partial<PreferenceValues>} patch */
async function keep(patch) {
  await preferences.change(patch)
  toast(t("parts.saved"))
}

/** @param {Savings} savings */
function prefix({ prefix_tokens, cached_tokens, prefix_microusd }) {
  const share =
    prefix_tokens > 0 && t("settings.saving.prefix_share", { share: percent(cached_tokens / prefix_tokens) })
  return way(named("prefix"), prefix_microusd, share)
}

/** A way that has no switch of its own. @param {string} name */
function named(name) {
  return [h("p", {}, t(`settings.saving.${name}`)), h("p", { class: "soft small" }, t(`settings.saving.${name}_hint`))]
}

/** @param {number} count */
function times(count) {
  return t("settings.cache.times", { count })
}

/**
 * One way of saving: what it is, and at the side what it saved.
 * @param {import("../../core/h.js").Child} words
 * @param {number} microusd
 * @param {import("../../core/h.js").Child} how
 */
function way(words, microusd, how) {
  return figureRow(words, money(microusd), how)
}

/**
 * @param {import("../../core/h.js").Child} words
 * @param {string} figure
 * @param {import("../../core/h.js").Child} how
 */
function figureRow(words, figure, how) {
  return h(
    "li",
    { class: "rows__one way" },
    h("div", { class: "grow" }, words),
    h("div", { class: "way__saved number" }, h("strong", {}, figure), h("p", { class: "soft small" }, how)),
  )
}

/** The last days with today, in the reader's zone, as the server takes them. */
function lastDays() {
  const day = (/** @type {number} */ at) => new Intl.DateTimeFormat("sv").format(at)
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  return new URLSearchParams({ from: day(Date.now() - (DAYS - 1) * DAY_MS), to: day(Date.now()), zone })
}

define("md-settings-saving", Saving)
