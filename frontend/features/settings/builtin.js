/** The built-in model: how it stands, what it is good for, fetching it and removing it. */

import { api } from "../../core/api.js"
import { define } from "../../core/element.js"
import { bytes } from "../../core/format.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { live } from "../../core/live.js"
import { preferences } from "../../core/preferences.js"
import { confirm } from "../../parts/dialog.js"
import { toggle } from "../../parts/field.js"
import { bar, problem, stateChip } from "./builtin_state.js"
import { EmbedderCard } from "./embedder.js"
import { SettingsPart } from "./part.js"
import { actionsRow, button, card, facts } from "./pieces.js"

/** @typedef {import("./builtin_state.js").BuiltInState} BuiltInState */
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
      card(new EmbedderCard(), t("settings.embedder.title")),
    ]
  }

  /** @param {BuiltInState} state */
  #show(state) {
    const key = this.contains(document.activeElement) ? document.activeElement?.getAttribute("data-key") : null
    const deeds = DEEDS[state.status].map((deed) => this.#button(deed))
    fill(
      this.#card,
      h("div", { class: "row row--wrap" }, h("h3", {}, state.model), stateChip(state.status)),
      bar(state) ?? h("p", { class: "soft" }, t(`settings.builtin.says_${state.status}`)),
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
