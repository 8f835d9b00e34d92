/** The line above a conversation: its title, what is set for it, and how full the model's context is. */

import { define, MadangElement } from "../../core/element.js"
import { number, percent } from "../../core/format.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { chip } from "../../parts/chip.js"
import { icon } from "../../parts/icon.js"
import { moreButton } from "./more_button.js"

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("./types.js").Gauge} Gauge */
/** @typedef {import("./types.js").Options} Options */

export class TalkHead extends MadangElement {
  #room
  #title = h("h1", { class: "talk-head__title clip" })
  #chips = h("span", { class: "talk-head__chips" })
  #gauge = h("span", { class: "talk-head__gauge" })
  #more
  #list = h(
    "button",
    { class: "button button--quiet button--icon talk-head__list", type: "button", "aria-label": t("chat.list.open") },
    icon("sidebar"),
  )

  /** @param {Room} room */
  constructor(room) {
    super()
    this.#room = room
    this.#more = moreButton("button button--quiet button--icon", () => room.talk?.conversation)
  }

  /** @override */
  connected() {
    this.className = "talk-head"
    this.append(this.#list, this.#title, this.#chips, this.#gauge, this.#more)
    this.on(this.#list, "click", () => void openList())
    this.on(this.#title, "dblclick", () => void this.#rename())
    this.draw()
  }

  /** Show how the conversation stands; the buttons stay, for they may hold the focus. */
  draw() {
    const conversation = this.#room.talk?.conversation
    const title = conversation ? conversation.title || t("chat.untitled") : ""
    if (!conversation && document.activeElement === this.#more) this.fire("chat-unfocused")
    this.#title.textContent = title
    this.#title.hidden = this.#more.hidden = !conversation
    this.#more.setAttribute("aria-label", t("chat.menu", { title }))
    fill(this.#chips, chips(this.#room.options))
    fill(this.#gauge, conversation?.context && gauge(conversation.context))
  }

  async #rename() {
    const { rename } = await import("./conversation_menu.js")
    if (this.#room.talk) rename(this.#room.talk.conversation)
  }
}

/** @param {Options} options */
function chips({ temperature, system_prompt, max_tokens }) {
  return [
    temperature !== null && chip(t("chat.chip.temperature", { value: number(temperature) })),
    max_tokens !== null && chip(t("chat.chip.max_tokens", { value: number(max_tokens) })),
    system_prompt && chip(t("chat.chip.system")),
  ]
}

/** @param {Gauge} context */
function gauge({ used_tokens, limit_tokens, trimmed_turns }) {
  const words = limit_tokens
    ? t("chat.gauge", { share: percent(Math.min(used_tokens / limit_tokens, 1)) })
    : t("chat.gauge.tokens", { count: used_tokens })
  const full = limit_tokens
    ? t("chat.gauge.full", { used: number(used_tokens), limit: number(limit_tokens) })
    : t("chat.gauge.no_limit")
  return [
    h("span", { class: `gauge tiny number${trimmed_turns > 0 ? " gauge--trimmed" : ""}`, title: full }, words),
    trimmed_turns > 0 && chip(t("chat.gauge.trimmed", { count: trimmed_turns }), "warn"),
  ]
}

/** On a narrow screen the list opens over the page. */
async function openList() {
  const { openListDialog } = await import("./list_dialog.js")
  openListDialog()
}

define("md-chat-head", TalkHead)
