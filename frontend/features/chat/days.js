/** Conversations by day: today, yesterday, this week, and then by month. */

import { language, t } from "../../core/i18n.js"

/** @typedef {import("./types.js").Conversation} Conversation */

const DAY_MS = 86_400_000

/**
 * @param {readonly Conversation[]} conversations newest first
 * @param {Date} [now]
 * @returns {Map<string, Conversation[]>} by heading, in order
 */
export function byDay(conversations, now = new Date()) {
  return Map.groupBy(conversations, ({ updated_at }) => heading(new Date(updated_at), now))
}

/**
 * @param {Date} moment
 * @param {Date} now
 */
function heading(moment, now) {
  const days = Math.round((midnight(now) - midnight(moment)) / DAY_MS)
  if (days <= 0) return t("chat.day.today")
  if (days === 1) return t("chat.day.yesterday")
  if (days < 7) return t("chat.day.week")
  if (days < 30) return t("chat.day.month")
  return new Intl.DateTimeFormat(language(), { year: "numeric", month: "long" }).format(moment)
}

/** @param {Date} moment */
function midnight(moment) {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime()
}
