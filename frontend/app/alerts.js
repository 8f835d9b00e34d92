/** What every open page says once about money: that a limit is half used, nearly used or used up. */

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
