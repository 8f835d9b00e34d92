/** Questions that are closed, folded until somebody wants to see them, the newest first. */

import { api } from "../../core/api.js"
import { define, MadangElement } from "../../core/element.js"
import { moment } from "../../core/format.js"
import { add, fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { live } from "../../core/live.js"
import { chip } from "../../parts/chip.js"
import { complain } from "../../parts/complain.js"

/** @typedef {import("./types.js").Listed} Listed */

const AT_ONCE = 20

export class Past extends MadangElement {
  #rows = h("ul", { class: "inbox__past", role: "list" })
  #more = h("div")
  #isOpen = false

  connected() {
    const box = h("details", {}, h("summary", {}, t("inbox.past")), this.#rows, this.#more)
    box.addEventListener("toggle", () => {
      this.#isOpen = box.open
      if (box.open) void this.#load()
    })
    const event = (/** @type {{ kind: string }} */ { kind }) => {
      if (this.#isOpen && kind === "approvals.changed") void this.#load()
    }
    this.onLeave(live.follow("app", null, { event }))
    add(this, box)
  }

  /** @param {string | null} [cursor] */
  async #load(cursor = null) {
    const query = new URLSearchParams({ state: "closed", limit: String(AT_ONCE), ...(cursor ? { cursor } : {}) })
    const found = await api.get(`/api/permissions/pending?${query}`, { signal: this.leaving }).catch(complain)
    if (!found) return
    if (!cursor) fill(this.#rows)
    add(this.#rows, found.items.length > 0 ? found.items.map(row) : h("li", { class: "soft" }, t("inbox.past.none")))
    const next = found.next_cursor
    fill(
      this.#more,
      next &&
        h(
          "button",
          { class: "button button--small", type: "button", onclick: () => void this.#load(next) },
          t("inbox.past.more"),
        ),
    )
  }
}

/** @param {Listed} question */
function row({ kind, state, actor, asked_at: at }) {
  return h(
    "li",
    {},
    h("span", { class: "grow" }, t(`inbox.kind.${kind}`)),
    h("span", { class: "soft small" }, `${t(`inbox.actor.${actor}`)} · ${moment(at)}`),
    chip(t(`inbox.past.${state}`), state === "done" ? "kept" : state === "denied" ? "plain" : "warn"),
  )
}

define("md-inbox-past", Past)
