/** Where a failure can be put right: the settings page that helps, with the word for the button to it. */

import { t } from "./i18n.js"

/** @type {Record<string, "providers" | "models" | "limits" | "builtin">} */
const HELP = {
  "gateway.no_model": "providers",
  "gateway.unknown_model": "models",
  "gateway.budget_reached": "limits",
  "gateway.price_unknown": "limits",
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
