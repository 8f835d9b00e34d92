/** What was told of the limits: which was half used, nearly used or used up, and when. */

import { moment, money } from "../../core/format.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { capName } from "../../core/problems.js"
import { subjectName } from "./caps.js"
import { card } from "./pieces.js"

/**
 * @typedef {object} CapAlert
 * @property {string} scope
 * @property {string} subject
 * @property {string} window
 * @property {50 | 80 | 100} step percent of the limit
 * @property {number} limit_microusd
 * @property {number} spent_microusd
 * @property {string} at
 */
/** @typedef {import("./caps.js").Subjects} Subjects */

/**
 * @param {CapAlert[]} alerts
 * @param {Subjects} subjects
 */
export function alertCard(alerts, subjects) {
  return card(
    [
      h("p", { class: "soft small" }, t("settings.caps.alerts_hint")),
      alerts.length > 0 &&
        h(
          "ul",
          { role: "list", class: "rows" },
          alerts.map((alert) => row(alert, subjects)),
        ),
    ],
    t("settings.caps.alerts"),
  )
}

/**
 * @param {CapAlert} alert
 * @param {Subjects} subjects
 */
function row(alert, subjects) {
  const { scope, step, limit_microusd: limit, spent_microusd: spent, at } = alert
  const sum = t("settings.caps.alert_sum", { spent: money(spent), cap: money(limit) })
  return h(
    "li",
    { class: "rows__one" },
    h(
      "div",
      { class: "grow" },
      h("strong", {}, `${t(`settings.caps.alert.${step}`)}: ${capName(alert)}`),
      scope !== "all" && h("p", { class: "small clip" }, subjectName(alert, subjects)),
      h("p", { class: "soft small number" }, `${sum} · ${moment(at)}`),
    ),
  )
}
