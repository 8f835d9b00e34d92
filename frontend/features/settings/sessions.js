/** Browsers that are signed in: sign out here, everywhere, or let another browser in. */

import { api } from "../../core/api.js"
import { define } from "../../core/element.js"
import { ago, date } from "../../core/format.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { session } from "../../core/session.js"
import { chip } from "../../parts/chip.js"
import { complain } from "../../parts/complain.js"
import { copyText } from "../../parts/copy.js"
import { confirm, openDialog } from "../../parts/dialog.js"
import { SettingsPart } from "./part.js"
import { actionsRow, button, card, itemsOf } from "./pieces.js"

/** @typedef {{ id: string, label: string, created_at: string, last_seen_at: string, expires_at: string, is_current: boolean }} SessionRow */

/** @extends {SettingsPart<SessionRow[]>} */
export class Sessions extends SettingsPart {
  name = "sessions"
  watches = ["sessions.changed"]

  /** @override */
  async read() {
    return itemsOf(await api.get("/api/session/all"))
  }

  /** @param {SessionRow[]} rows @override */
  draw(rows) {
    return [
      card([
        h("ul", { role: "list", class: "rows" }, rows.map(sessionRow)),
        actionsRow(
          button(t("settings.sessions.out"), () => this.#leave("/api/session"), { icon: "sign_out", key: "out" }),
          button(t("settings.sessions.out_all"), () => this.#leaveAll(), { kind: "quiet-danger", key: "out-all" }),
        ),
      ]),
      card(
        [
          h("p", { class: "soft" }, t("settings.sessions.invite_lead")),
          actionsRow(button(t("settings.sessions.invite"), () => this.#invite(), { icon: "plus", key: "invite" })),
        ],
        t("settings.sessions.invite_title"),
      ),
    ]
  }

  /** @param {string} path */
  async #leave(path) {
    try {
      await api.delete(path)
      session.end()
      location.assign("/")
    } catch (error) {
      complain(error)
    }
  }

  async #leaveAll() {
    const question = {
      title: t("settings.sessions.out_all"),
      text: t("settings.sessions.out_all_ask"),
      yes: t("settings.sessions.out_all"),
    }
    if (await confirm(question)) await this.#leave("/api/session/all")
  }

  async #invite() {
    try {
      const { code } = await api.post("/api/session/code")
      const link = `${location.origin}/#code=${encodeURIComponent(code)}`
      const copy = button(t("parts.copy"), () => copyText(link), { kind: "main", icon: "copy" })
      const body = [h("p", {}, t("settings.sessions.invite_once")), h("code", { class: "secret" }, link)]
      openDialog({ title: t("settings.sessions.invite_title"), body, footer: copy })
    } catch (error) {
      complain(error)
    }
  }
}

/** @param {SessionRow} row */
function sessionRow(row) {
  return h(
    "li",
    { class: "rows__one" },
    h(
      "div",
      { class: "grow" },
      h(
        "div",
        { class: "row row--wrap" },
        h("strong", {}, browserName(row.label)),
        row.is_current && chip(t("settings.sessions.here"), "kept"),
      ),
      h(
        "p",
        { class: "soft small" },
        t("settings.sessions.seen", { seen: ago(row.last_seen_at), end: date(row.expires_at) }),
      ),
    ),
  )
}

/** A browser's name for itself is long; its kind and its system are what people know it by. @param {string} label */
function browserName(label) {
  const browser = /Edg|Firefox|OPR|Chrome|Safari/.exec(label)?.[0]
  const system = /Windows|Android|iPhone|iPad|Mac OS|Linux/.exec(label)?.[0]
  const names = { Edg: "Edge", OPR: "Opera" }
  if (!browser) return label || t("settings.sessions.unnamed")
  return [names[/** @type {keyof typeof names} */ (browser)] ?? browser, system].filter(Boolean).join(" · ")
}

define("md-settings-sessions", Sessions)
