/** What a rule had done with past questions: asked of the server, and said in words. */

import { api } from "../../core/api.js"
import { money } from "../../core/format.js"
import { t } from "../../core/i18n.js"

/** @typedef {import("../../core/preferences.js").RouteRule} RouteRule */
/**
 * @typedef {object} Trial what a rule had done with past questions
 * @property {string} model
 * @property {number} questions
 * @property {number} routed
 * @property {number} priced
 * @property {number} saved_microusd
 */

/**
 * What a rule had done with the last questions; null where its model is not there to be asked about.
 * @param {RouteRule} rule
 * @returns {Promise<Trial | null>}
 */
export async function tryRule(rule) {
  try {
    return await api.post("/api/usage/trial", rule)
  } catch {
    return null
  }
}

/** What a rule had done with past questions, in words. @param {Trial | null} trial */
export function trialText(trial) {
  if (!trial) return t("settings.rules.trial_gone")
  const { questions, routed, priced, saved_microusd } = trial
  if (questions === 0) return t("settings.rules.trial_none")
  const words = t("settings.rules.trial", { count: questions, routed })
  return priced > 0 ? `${words} · ${about(saved_microusd)}` : words
}

/** @param {number} microusd below zero where it cost more */
export function about(microusd) {
  return microusd < 0
    ? t("settings.rules.dearer", { money: money(-microusd) })
    : t("settings.rules.saved", { money: money(microusd) })
}
