/** The built-in model: how it stands, what it is good for, fetching it and removing it. */

import { api, errorText } from "../../core/api.js"
import { define } from "../../core/element.js"
import { bytes, percent } from "../../core/format.js"
import { fill, h } from "../../core/h.js"
import { hasText, t } from "../../core/i18n.js"
import { live } from "../../core/live.js"
import { preferences } from "../../core/preferences.js"
import { chip } from "../../parts/chip.js"
import { confirm } from "../../parts/dialog.js"
import { toggle } from "../../parts/field.js"
import { progress } from "../../parts/progress.js"
import { SettingsPart } from "./part.js"
import { actionsRow, button, card, facts, notice } from "./pieces.js"

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
/** @typedef {"fetch" | "cancel" | "stop" | "remove"} Deed */

const PATH = "/api/settings/builtin"
/** @type {Record<BuiltInState["status"], Deed[]>} */
const DEEDS = {
  off: [],
  unsupported: [],
  absent: ["fetch"],
  fetching: ["cancel"],
  checking: [],
  stopped: ["remove"],
  starting: [],
  ready: ["stop", "remove"],
  failed: ["fetch", "remove"],
}

/** @extends {SettingsPart<BuiltInState>} */
export class BuiltIn extends SettingsPart {
  name = "builtin"
  watches = ["preferences.changed"]
  #card = h("div", { class: "stack" })

  connected() {
    super.connected()
    this.onLeave(
      live.follow("app", null, {
        event: ({ kind, data }) => {
          if (kind === "builtin.changed") this.#show(data.builtin)
        },
      }),
    )
  }

  /** @override */
  async read() {
    const [state] = await Promise.all([api.get(PATH), preferences.load()])
    return state
  }

  /** @param {BuiltInState} state @override */
  draw(state) {
    this.#show(state)
    return [
      card(this.#card),
      card(
        [h("p", {}, t("settings.builtin.good")), h("p", { class: "soft" }, t("settings.builtin.weak"))],
        t("settings.builtin.about"),
      ),
      card([this.#switch(), facts(details(state))]),
    ]
  }

  /** @param {BuiltInState} state */
  #show(state) {
    const key = this.contains(document.activeElement) ? document.activeElement?.getAttribute("data-key") : null
    const deeds = DEEDS[state.status].map((deed) => this.#button(deed))
    fill(
      this.#card,
      h("div", { class: "row row--wrap" }, h("h3", {}, state.model), stateChip(state.status)),
      bar(state),
      problem(state),
      deeds.length > 0 && actionsRow(...deeds),
    )
    const again = key ? (this.#card.querySelector(`[data-key="${key}"]`) ?? this.querySelector("h2")) : null
    if (again instanceof HTMLElement) again.focus()
  }

  /** @param {Deed} deed */
  #button(deed) {
    const kind = { fetch: "main", cancel: undefined, stop: undefined, remove: "quiet-danger" }[deed]
    const options = { key: deed, kind: /** @type {"main" | "quiet-danger" | undefined} */ (kind) }
    return button(t(`settings.builtin.${deed}`), () => this.#do(deed), options)
  }

  /** @param {Deed} deed */
  async #do(deed) {
    const question = {
      title: t("settings.builtin.remove"),
      text: t("settings.builtin.remove_ask"),
      yes: t("settings.builtin.remove"),
    }
    if (deed === "remove" && !(await confirm(question))) return
    await this.run(() => api.post(`${PATH}/${deed}`))
  }

  #switch() {
    return toggle({
      label: t("settings.builtin.on"),
      hint: t("settings.builtin.on_hint"),
      checked: preferences.values?.builtin_enabled ?? true,
      onchange: (builtin_enabled) => void this.run(() => preferences.change({ builtin_enabled }), t("parts.saved")),
    })
  }
}

/** @param {BuiltInState["status"]} status */
function stateChip(status) {
  const kinds = { ready: "kept", stopped: "kept", failed: "danger", unsupported: "warn" }
  const kind = kinds[/** @type {keyof typeof kinds} */ (status)] ?? "plain"
  return chip(t(`settings.builtin.status_${status}`), /** @type {import("../../parts/chip.js").ChipKind} */ (kind))
}

/** @param {BuiltInState} state */
function bar({ status, progress_bytes: done, total_bytes: total }) {
  if (status === "checking" || status === "starting") {
    return progress({ label: t(`settings.builtin.status_${status}`), value: null, max: 1 })
  }
  if (status !== "fetching") return h("p", { class: "soft" }, t(`settings.builtin.says_${status}`))
  const share = total > 0 ? done / total : 0
  const text = t("settings.builtin.progress", { done: bytes(done), total: bytes(total), share: percent(share) })
  return progress({ label: t("settings.builtin.status_fetching"), value: done, max: total, text })
}

/** @param {BuiltInState} state */
function problem({ status, reason }) {
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

/**
 * @param {BuiltInState} state
 * @returns {[string, import("../../core/h.js").Child][]}
 */
function details(state) {
  return [
    [t("settings.builtin.size"), bytes(state.size_bytes)],
    [t("settings.builtin.licence"), state.licence],
    ["SHA-256", h("code", { class: "small" }, state.sha256)],
  ]
}

define("md-settings-builtin", BuiltIn)
