/** A message on its way: shown as said, with how far it is. Fires `chat-act`, and `chat-unfocused` when what had the focus is gone. */

import { errorText } from "../../core/api.js"
import { define, MadangElement } from "../../core/element.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { chip } from "../../parts/chip.js"
import { said } from "./said.js"

/** @typedef {import("./outbox.js").Message} Message */

export class PendingTurn extends MadangElement {
  #question = h("div", { class: "turn__question" })
  #foot = h("div", { class: "receipt", role: "status" })

  /** @override */
  connected() {
    if (this.firstChild) return
    this.className = "turn"
    this.append(this.#question, this.#foot)
  }

  /** @param {Message} message */
  show(message) {
    if (!this.#question.firstChild) fill(this.#question, said(message.content, message.attachments))
    const act = (/** @type {string} */ name) => () => this.fire("chat-act", { name, message })
    const button = (/** @type {string} */ name) =>
      h("button", { class: "tool", type: "button", onclick: act(name) }, t(`chat.tool.${name}`))
    if (this.#foot.contains(document.activeElement)) this.fire("chat-unfocused")
    if (message.state === "sending" || message.state === "sent")
      fill(this.#foot, h("span", { class: "receipt__live" }, t("chat.status.sending")))
    if (message.state === "waiting") fill(this.#foot, chip(t("chat.status.offline"), "warn"), button("unsend"))
    if (message.state === "failed") {
      fill(this.#foot, chip(errorText(message.error), "danger"), button("resend"), button("unsend"))
    }
  }
}

define("md-chat-pending", PendingTurn)
