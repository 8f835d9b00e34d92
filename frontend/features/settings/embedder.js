/** The built-in embedder: how it stands, what it is for, fetching it and removing it. */

import { api, errorText } from "../../core/api.js"
import { define, MadangElement } from "../../core/element.js"
import { bytes } from "../../core/format.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { live } from "../../core/live.js"
import { complain } from "../../parts/complain.js"
import { bar, problem, stateChip } from "./builtin_state.js"
import { actionsRow, button, notice } from "./pieces.js"

/** @typedef {import("./builtin_state.js").BuiltInState} BuiltInState */
/** @typedef {"fetch" | "cancel" | "stop" | "remove"} Deed */

const PATH = "/api/settings/embedder"
/** @type {Partial<Record<BuiltInState["status"], Deed[]>>} */
const DEEDS = {
  absent: ["fetch"],
  fetching: ["cancel"],
  stopped: ["remove"],
  ready: ["stop", "remove"],
  failed: ["fetch"],
}

export class EmbedderCard extends MadangElement {
  connected() {
    this.className = "stack"
    const event = (/** @type {{ kind: string, data: any }} */ { kind, data }) => {
      if (kind === "embedder.changed") this.#show(data.embedder)
      if (kind === "preferences.changed") void this.#read()
    }
    this.onLeave(live.follow("app", null, { event, resync: () => void this.#read() }))
    void this.#read()
  }

  async #read() {
    try {
      this.#show(await api.get(PATH))
    } catch (error) {
      fill(this, notice("danger", "warning", errorText(error)))
    }
  }

  /** @param {BuiltInState} state */
  #show(state) {
    const key = this.contains(document.activeElement) ? document.activeElement?.getAttribute("data-key") : null
    const deeds = (DEEDS[state.status] ?? []).map((deed) => this.#button(deed))
    fill(
      this,
      h("div", { class: "row row--wrap" }, h("h4", {}, state.model), stateChip(state.status)),
      h("p", {}, t("settings.embedder.lead")),
      bar(state) ??
        h(
          "p",
          { class: "soft" },
          t("settings.embedder.size", { size: bytes(state.total_bytes), licence: state.licence }),
        ),
      problem(state),
      deeds.length > 0 && actionsRow(...deeds),
    )
    const again = key ? (this.querySelector(`[data-key="${key}"]`) ?? this.querySelector("button")) : null
    if (again instanceof HTMLElement) again.focus()
  }

  /** @param {Deed} deed */
  #button(deed) {
    const kind = deed === "remove" ? "quiet-danger" : undefined
    return button(t(`settings.builtin.${deed}`), () => this.#do(deed), { key: `embedder-${deed}`, kind })
  }

  /** @param {Deed} deed */
  async #do(deed) {
    try {
      this.#show(await api.post(`${PATH}/${deed}`))
    } catch (error) {
      complain(error)
    }
  }
}

define("md-embedder-card", EmbedderCard)
