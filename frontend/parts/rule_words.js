/** Rules in plain words, from the keys and values the server gives. */

import { t } from "../core/i18n.js"

/** @typedef {{ key: string, params: Record<string, unknown> }} Reason */
/** @typedef {{ key: string, subject: Reason, conditions: Reason[] }} Words */

/**
 * A rule as a sentence, and when it counts.
 * @param {Words | null} words
 * @param {string} text the rule as it is written, for one that cannot be read
 */
export function ruleWords(words, text) {
  if (!words) return text
  const sentence = t(words.key, { subject: t(words.subject.key, words.subject.params) })
  const conditions = words.conditions.map(({ key, params }) => t(key, params))
  return [sentence, ...conditions].join(" · ")
}

/** Why something was decided so. @param {Reason} reason */
export function whyText({ key, params }) {
  return t(`permissions.why.${key}`, params)
}
