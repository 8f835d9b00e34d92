/** Numbers, money, sizes, times: as the reader's language writes them. */

import { language, t } from "./i18n.js"

const MICRO = 1_000_000
const SIZES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"]
/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
]

/**
 * @param {number} value
 * @param {Intl.NumberFormatOptions} [options]
 */
export function number(value, options) {
  return new Intl.NumberFormat(language(), options).format(value)
}

/**
 * Money from micro-dollars. Small sums keep two significant digits, an unknown price is said to be unknown, never 0.
 * @param {number | null | undefined} microusd
 */
export function money(microusd) {
  if (microusd === null || microusd === undefined) return t("format.price_unknown")
  const dollars = microusd / MICRO
  const style = /** @type {const} */ ({ style: "currency", currency: "USD", currencyDisplay: "narrowSymbol" })
  if (dollars === 0) return number(0, { ...style, maximumFractionDigits: 0 })
  if (Math.abs(dollars) >= 1) return number(dollars, style)
  const cents = Math.abs(dollars) >= 0.1 ? { minimumSignificantDigits: 2 } : {}
  return number(dollars, { ...style, ...cents, maximumSignificantDigits: 2 })
}

/**
 * A size in bytes, e.g. "1.1 GB".
 * @param {number} count
 */
export function bytes(count) {
  const step = count < 1000 ? 0 : Math.min(Math.floor(Math.log10(count) / 3), SIZES.length - 1)
  const options = { style: /** @type {const} */ ("unit"), unit: SIZES[step], maximumFractionDigits: step > 1 ? 1 : 0 }
  return number(count / 1000 ** step, options)
}

/**
 * A short span such as a latency: "4 ms", "1.2 s" / "1.2초".
 * @param {number} milliseconds
 */
export function duration(milliseconds) {
  if (milliseconds < 1000) return `${number(Math.round(milliseconds))} ms`
  const seconds = milliseconds / 1000
  const digits = seconds < 10 ? 1 : 0
  return number(seconds, { style: "unit", unit: "second", unitDisplay: "narrow", maximumFractionDigits: digits })
}

/**
 * "3 minutes ago", "yesterday".
 * @param {string | number | Date} moment
 * @param {number} [nowMs]
 */
export function ago(moment, nowMs = Date.now()) {
  const seconds = (new Date(moment).getTime() - nowMs) / 1000
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1]
  const format = new Intl.RelativeTimeFormat(language(), { numeric: "auto" })
  return Math.abs(seconds) < 10 ? format.format(0, "second") : format.format(Math.trunc(seconds / size), unit)
}

/**
 * A day.
 * @param {string | number | Date} moment
 */
export function date(moment) {
  return new Intl.DateTimeFormat(language(), { dateStyle: "long" }).format(new Date(moment))
}

/**
 * A day and the time of the day.
 * @param {string | number | Date} at
 */
export function moment(at) {
  return new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(at))
}

/**
 * A share as a percentage.
 * @param {number} share 0 … 1
 */
export function percent(share) {
  return number(share, { style: "percent", maximumFractionDigits: 0 })
}
