/** Won beside dollars: at a rate the person sets, with the day it is from. Nothing is fetched and nothing is assumed. */

import { errorText } from "../../core/api.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { preferences } from "../../core/preferences.js"
import { openDialog } from "../../parts/dialog.js"
import { field, fieldError } from "../../parts/field.js"

const MOST = 100_000

export function openRate() {
  const { krw_per_usd: rate, krw_rate_day: day } = preferences.values ?? {}
  const amount = h("input", {
    type: "text",
    inputmode: "decimal",
    name: "rate",
    autocomplete: "off",
    value: rate ?? "",
  })
  const on = h("input", { type: "date", name: "rate-day", value: day ?? "" })
  const rated = field({ label: t("usage.rate.amount"), hint: t("usage.rate.amount_hint"), control: amount })
  const dated = field({ label: t("usage.rate.day"), control: on })
  const save = h("button", { class: "button button--main", type: "button" }, t("parts.save"))
  const dialog = openDialog({
    title: t("usage.rate.title"),
    body: [h("div", { class: "stack" }, rated, dated)],
    footer: save,
  })
  save.addEventListener("click", () => void keep(dialog, rated, dated, amount.value, on.value))
  amount.focus()
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {HTMLElement} rated
 * @param {HTMLElement} dated
 * @param {string} text
 * @param {string} day
 */
async function keep(dialog, rated, dated, text, day) {
  const plain = text.replaceAll(/[\s,₩]/g, "")
  const rate = plain === "" ? null : Number(plain)
  const isFine = rate === null || (rate > 0 && rate <= MOST)
  fieldError(rated, isFine ? "" : t("usage.rate.wrong"))
  fieldError(dated, rate !== null && !day ? t("usage.rate.day_missing") : "")
  if (!isFine || (rate !== null && !day)) return
  try {
    await preferences.change({ krw_per_usd: rate, krw_rate_day: rate === null ? null : day })
    dialog.close()
  } catch (error) {
    fieldError(rated, errorText(error))
  }
}
