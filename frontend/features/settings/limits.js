/** Limits: how much may be spent in a day, how much is, and what happens where a price is unknown. */

import { api } from "../../core/api.js"
import { define } from "../../core/element.js"
import { money, percent } from "../../core/format.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { preferences } from "../../core/preferences.js"
import { choice } from "../../parts/field.js"
import { progress } from "../../parts/progress.js"
import { toast } from "../../parts/toast.js"
import { numberField } from "./numbers.js"
import { SettingsPart } from "./part.js"
import { card } from "./pieces.js"

const MICRO = 1_000_000
const MOST_DOLLARS = 1_000_000

/**
 * @typedef {object} LimitState
 * @property {number | null} daily_cap_microusd
 * @property {number} spent_today_microusd
 * @property {number} reserved_microusd
 * @property {number} unknown_cost_calls_today
 * @property {string} day
 * @property {string} [timezone]
 */
/** @typedef {{ limits: LimitState, values: import("../../core/preferences.js").PreferenceValues }} LimitsData */

/** @extends {SettingsPart<LimitsData>} */
export class Limits extends SettingsPart {
  name = "limits"
  watches = ["preferences.changed"]

  /** @override */
  async read() {
    const [limits, values] = await Promise.all([api.get("/api/settings/limits"), preferences.load()])
    return { limits, values }
  }

  /** @param {LimitsData} data @override */
  draw({ limits, values }) {
    return [card(today(limits), t("settings.limits.today")), card([this.#cap(limits), this.#unknown(values)])]
  }

  /** @param {LimitState} limits */
  #cap(limits) {
    const cap = limits.daily_cap_microusd
    return numberField({
      label: t("settings.limits.cap"),
      hint: t("settings.limits.cap_hint"),
      value: cap === null ? null : cap / MICRO,
      min: 0,
      max: MOST_DOLLARS,
      unit: t("settings.limits.cap_unit"),
      placeholder: t("settings.limits.no_cap"),
      key: "cap",
      onvalue: async (dollars) => {
        await preferences.change({ daily_cap_microusd: dollars === null ? null : Math.round(dollars * MICRO) })
        toast(t("parts.saved"))
        await this.refresh()
      },
    })
  }

  /** @param {import("../../core/preferences.js").PreferenceValues} values */
  #unknown(values) {
    const box = choice({
      label: t("settings.limits.unknown"),
      name: "unknown_price",
      value: values.unknown_price,
      options: ["refuse", "allow"].map((value) => ({ value, label: t(`settings.limits.unknown_${value}`) })),
      onchange: (value) => {
        const unknown_price = value === "allow" ? "allow" : "refuse"
        void this.run(() => preferences.change({ unknown_price }), t("parts.saved"))
      },
    })
    box.append(h("p", { class: "field__hint" }, t("settings.limits.unknown_hint")))
    return box
  }
}

/** @param {LimitState} limits */
function today({
  daily_cap_microusd: cap,
  spent_today_microusd: spent,
  reserved_microusd: reserved,
  unknown_cost_calls_today: unknown,
}) {
  const share = cap ? spent / cap : 0
  return [
    h("p", { class: "figure" }, money(spent)),
    cap !== null &&
      progress({
        label: t("settings.limits.today"),
        value: Math.min(spent + reserved, cap),
        max: cap,
        text: t("settings.limits.of_cap", { cap: money(cap), share: percent(share) }),
      }),
    cap === null && h("p", { class: "soft small" }, t("settings.limits.no_cap_today")),
    h(
      "div",
      { class: "soft small" },
      reserved > 0 && h("p", {}, t("settings.limits.reserved", { sum: money(reserved) })),
      unknown > 0 && h("p", {}, t("settings.limits.unknown_calls", { count: unknown })),
    ),
  ]
}

define("md-settings-limits", Limits)
