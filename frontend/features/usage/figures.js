/** Figures as they are read: shares, names of groups, won beside dollars. */

import { date, money, number, percent } from "../../core/format.js"
import { hasText, t } from "../../core/i18n.js"
import { preferences } from "../../core/preferences.js"

/** @typedef {import("./types.js").Group} Group */

const MICRO = 1_000_000

/**
 * A share of a whole; a dash where there is no whole.
 * @param {number} part
 * @param {number} whole
 */
export function share(part, whole) {
  return whole > 0 ? percent(part / whole) : "–"
}

/**
 * The same sum in won at the rate the person set; null where none is set.
 * @param {number} microusd
 */
export function won(microusd) {
  const rate = preferences.values?.krw_per_usd
  if (!rate) return null
  const sum = (microusd / MICRO) * rate
  return number(sum, { style: "currency", currency: "KRW", currencyDisplay: "narrowSymbol", maximumFractionDigits: 0 })
}

/**
 * Dollars, and won beside them where a rate is set.
 * @param {number} microusd
 */
export function bothMoneys(microusd) {
  const korean = won(microusd)
  return korean ? `${money(microusd)} (${korean})` : money(microusd)
}

/** The rate with its day, or null. */
export function rateText() {
  const { krw_per_usd: rate, krw_rate_day: day } = preferences.values ?? {}
  if (!rate) return null
  const shown = number(rate, { style: "currency", currency: "KRW", currencyDisplay: "narrowSymbol" })
  return day
    ? t("usage.rate.dated", { rate: shown, day: date(`${day}T00:00`) })
    : t("usage.rate.undated", { rate: shown })
}

/**
 * @param {string} by
 * @param {Pick<Group, "key" | "name">} group
 */
export function groupName(by, { key, name }) {
  if (by === "feature") return hasText(`usage.feature.${key}`) ? t(`usage.feature.${key}`) : String(key)
  if (by === "token") return key === null ? t("usage.token.none") : (name ?? t("usage.token.unnamed"))
  return String(key)
}
