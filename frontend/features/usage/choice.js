/** What is shown, kept in the address: the period, the grouping, the measure. A word nobody knows is the first one. */

export const PERIODS = ["month", "thirty", "today", "year"]
export const GROUPINGS = ["model", "feature", "token"]
export const MEASURES = ["money", "tokens", "calls"]

/** @typedef {{ period: string, by: string, measure: string, table: boolean }} Choice */

/**
 * @param {string} search the query of an address
 * @returns {Choice}
 */
export function readChoice(search) {
  const query = new URLSearchParams(search)
  return {
    period: oneOf(PERIODS, query.get("period")),
    by: oneOf(GROUPINGS, query.get("by")),
    measure: oneOf(MEASURES, query.get("show")),
    table: query.get("view") === "table",
  }
}

/**
 * The address of a choice; what is as it is at first is left out.
 * @param {Choice} choice
 */
export function addressOf({ period, by, measure, table }) {
  const query = new URLSearchParams()
  if (period !== PERIODS[0]) query.set("period", period)
  if (by !== GROUPINGS[0]) query.set("by", by)
  if (measure !== MEASURES[0]) query.set("show", measure)
  if (table) query.set("view", "table")
  return query.size > 0 ? `/usage?${query}` : "/usage"
}

/**
 * The days of a period in the reader's zone, as the server takes them.
 * @param {string} period
 * @param {Date} [now]
 */
export function daysOf(period, now = new Date()) {
  const [year, month, day] = [now.getFullYear(), now.getMonth(), now.getDate()]
  /** @type {Record<string, Date>} */
  const begins = {
    today: now,
    month: new Date(year, month, 1),
    thirty: new Date(year, month, day - 29),
    year: new Date(year, 0, 1),
  }
  return new URLSearchParams({
    from: iso(begins[period] ?? now),
    to: iso(now),
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  })
}

/** @param {Date} day */
function iso(day) {
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0")
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`
}

/**
 * @param {string[]} known
 * @param {string | null} word
 */
function oneOf(known, word) {
  return word !== null && known.includes(word) ? word : /** @type {string} */ (known[0])
}
