/** What pages say about money without being asked: how a limit stands, and what was spent meanwhile. */

import { money } from "../core/format.js"
import { t } from "../core/i18n.js"
import { capName } from "../core/problems.js"
import { navigate } from "../core/router.js"
import { toast } from "../parts/toast.js"

const USED_UP = 100
const MS = 20_000

/**
 * @typedef {object} CapAlert
 * @property {string} scope
 * @property {string} window
 * @property {50 | 80 | 100} step percent of the limit
 * @property {number} limit_microusd
 * @property {number} spent_microusd
 */

/** @param {CapAlert} alert */
export function tellCap({ scope, window, step, limit_microusd: limit, spent_microusd: spent }) {
  const name = capName({ scope, window })
  toast(t(`caps.alert.${step}`, { name, spent: money(spent), cap: money(limit) }), {
    action: { label: t("caps.alert.open"), run: () => navigate("/settings/limits") },
    ...(step === USED_UP ? { ms: MS } : {}),
  })
}

/** @param {{ calls: number, cost_microusd: number }} away */
export function tellAway({ calls, cost_microusd: cost }) {
  // Where the usage page is open, it was read before.
  document.dispatchEvent(new Event("away"))
  toast(t("usage.away.told", { count: calls, sum: money(cost) }), {
    action: { label: t("usage.away.open"), run: () => navigate("/usage") },
  })
}
