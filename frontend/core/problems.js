/** Where a failure can be put right: the settings page that helps, and the cap that decided. */

import { moment, money } from "./format.js"
import { t } from "./i18n.js"

/** @type {Record<string, "providers" | "models" | "limits" | "builtin">} */
const HELP = {
  "gateway.no_model": "providers",
  "gateway.unknown_model": "models",
  "gateway.budget_reached": "limits",
  "gateway.price_unknown": "models",
  "upstream.unreachable": "providers",
  "upstream.wrong_key": "providers",
  "upstream.not_permitted": "models",
  "upstream.no_credit": "providers",
  "upstream.model_not_found": "models",
  "upstream.context_too_long": "models",
  "upstream.not_an_answer": "providers",
  "upstream.redirected": "providers",
  "upstream.tls": "providers",
  "gateway.bad_provider": "providers",
  "builtin.off": "builtin",
  "builtin.unsupported": "providers",
  "builtin.fetch_failed": "builtin",
}

/**
 * @param {string} code
 * @returns {{ label: string, path: string } | null} null when no page of ours helps
 */
export function helpFor(code) {
  const part = HELP[code]
  return part ? { label: t(`errors.action.${part}`), path: `/settings/${part}` } : null
}

/**
 * What a cap is about and for how long it counts.
 * @param {{ scope: string, window: string }} cap
 */
export function capName({ scope, window }) {
  return t("caps.name", { scope: t(`caps.scope.${scope}`), window: t(`caps.window.${window}`) })
}

/**
 * Which cap stopped a question, what it has taken, and when it begins anew.
 * @param {Record<string, any> | undefined} details of `gateway.budget_reached`
 * @returns {string[]} no sentence where no cap is named
 */
export function capSentences(details) {
  if (!details?.scope) return []
  const { cap_microusd: cap, spent_microusd: spent, reserved_microusd: reserved, resets_at: resetsAt } = details
  const name = capName({ scope: details.scope, window: details.window })
  return [
    t("caps.decided", { name, cap: money(cap), spent: money(spent) }),
    reserved > 0 ? t("caps.decided_reserved", { sum: money(reserved) }) : "",
    resetsAt ? t("caps.resets", { time: moment(resetsAt) }) : "",
  ].filter(Boolean)
}
