/** Limits: how much may be spent, how much is, and what happens where a price is unknown. */

import { api } from "../../core/api.js"
import { define } from "../../core/element.js"
import { money } from "../../core/format.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { preferences } from "../../core/preferences.js"
import { choice } from "../../parts/field.js"
import { alertCard } from "./alerts.js"
import { capCard, readSubjects } from "./caps.js"
import { SettingsPart } from "./part.js"
import { card } from "./pieces.js"

/**
 * @typedef {object} LimitState
 * @property {number | null} daily_cap_microusd
 * @property {number} spent_today_microusd
 * @property {number} reserved_microusd
 * @property {number} unknown_cost_calls_today
 * @property {string} day
 * @property {string} [timezone]
 */
/** @typedef {import("../../core/preferences.js").PreferenceValues} PreferenceValues */
/** @typedef {import("./caps.js").Cap} Cap */
/** @typedef {import("./caps.js").Subjects} Subjects */
/** @typedef {import("./alerts.js").CapAlert} CapAlert */
/** @typedef {{ limits: LimitState, caps: Cap[], alerts: CapAlert[], subjects: Subjects, values: PreferenceValues }} LimitsData */

/** @extends {SettingsPart<LimitsData>} */
export class Limits extends SettingsPart {
  name = "limits"
  watches = ["preferences.changed", "caps.changed", "caps.alert"]

  /** @override */
  async read() {
    const [limits, caps, alerts, subjects, values] = await Promise.all([
      api.get("/api/settings/limits"),
      api.get("/api/settings/caps"),
      api.get("/api/settings/caps/alerts"),
      readSubjects(),
      preferences.load(),
    ])
    return { limits, caps, alerts, subjects, values }
  }

  /** @param {LimitsData} data @override */
  draw({ limits, caps, alerts, subjects, values }) {
    return [
      card(today(limits), t("settings.limits.today")),
      capCard(this, caps, subjects),
      alertCard(alerts, subjects),
      card(this.#unknown(values)),
    ]
  }

  /** @param {PreferenceValues} values */
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
function today({ spent_today_microusd: spent, reserved_microusd: reserved, unknown_cost_calls_today: unknown }) {
  return [
    h("p", { class: "figure" }, money(spent)),
    h(
      "div",
      { class: "soft small" },
      reserved > 0 && h("p", {}, t("settings.limits.reserved", { sum: money(reserved) })),
      unknown > 0 && h("p", {}, t("settings.limits.unknown_calls", { count: unknown })),
    ),
  ]
}

define("md-settings-limits", Limits)
