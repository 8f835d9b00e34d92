/** How something built in stands: a word, a bar while it comes, what is in the way. */

import { errorText } from "../../core/api.js"
import { bytes, percent } from "../../core/format.js"
import { hasText, t } from "../../core/i18n.js"
import { chip } from "../../parts/chip.js"
import { progress } from "../../parts/progress.js"
import { notice } from "./pieces.js"

/**
 * @typedef {object} BuiltInState
 * @property {"off" | "unsupported" | "absent" | "fetching" | "checking" | "stopped" | "starting" | "ready" | "failed"} status
 * @property {number} progress_bytes
 * @property {number} total_bytes
 * @property {Record<string, any> | null} reason
 * @property {string} model
 * @property {number} size_bytes
 * @property {string} licence
 * @property {string} sha256
 */

/**
 * One word for how it stands.
 * @param {BuiltInState["status"]} status
 */
export function stateChip(status) {
  const kinds = { ready: "kept", stopped: "kept", failed: "danger", unsupported: "warn" }
  const kind = kinds[/** @type {keyof typeof kinds} */ (status)] ?? "plain"
  return chip(t(`settings.builtin.status_${status}`), /** @type {import("../../parts/chip.js").ChipKind} */ (kind))
}

/**
 * How far it is, while something is under way.
 * @param {BuiltInState} state
 */
export function bar({ status, progress_bytes: done, total_bytes: total }) {
  if (status === "checking" || status === "starting") {
    return progress({ label: t(`settings.builtin.status_${status}`), value: null, max: 1 })
  }
  if (status !== "fetching") return null
  const share = total > 0 ? done / total : 0
  const text = t("settings.builtin.progress", { done: bytes(done), total: bytes(total), share: percent(share) })
  return progress({ label: t("settings.builtin.status_fetching"), value: done, max: total, text })
}

/**
 * What went wrong, or what this computer lacks.
 * @param {BuiltInState} state
 */
export function problem({ status, reason }) {
  if (!reason) return null
  if (status === "failed") return notice("danger", "warning", errorText({ ...reason, details: reason }))
  return notice("warn", "warning", unsupportedText(reason))
}

/**
 * Why this computer cannot run it; memory and disk come in bytes.
 * @param {Record<string, any>} reason
 */
function unsupportedText(reason) {
  const key = `settings.builtin.unsupported_${reason.reason}`
  const show = (/** @type {unknown} */ value) => (typeof value === "number" ? bytes(value) : value)
  return hasText(key)
    ? t(key, { needed: show(reason.needed), found: show(reason.found) })
    : t("errors.builtin.unsupported")
}
