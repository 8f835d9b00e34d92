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

  /** @param {Room} room */
  constructor(room) {
    super()
    this.#room = room
  }

  /** @override */
  connected() {
    this.className = "talk-head"
    this.draw()
  }

  draw() {
    const conversation = this.#room.talk?.conversation
    const open = h(
      "button",
      { class: "button button--quiet button--icon talk-head__list", type: "button", "aria-label": t("chat.list.open") },
      icon("sidebar"),
    )
    open.addEventListener("click", () => void openList())
    const title = conversation && h("h1", { class: "talk-head__title clip" }, conversation.title || t("chat.untitled"))
    title?.addEventListener("dblclick", () => conversation && void renameLater(conversation))
    fill(this, open, title ?? h("span", { class: "talk-head__title" }), chips(this.#room.options))
    if (!conversation) return
    const more = moreButton("button button--quiet button--icon", conversation)
    this.append(
      h("span", { class: "push talk-head__gauge" }, conversation.context && gauge(conversation.context)),
      more,
    )
  }
}

/** @param {Options} options */
function chips({ temperature, system_prompt, max_tokens }) {
  return h(
    "span",
    { class: "talk-head__chips" },
    temperature !== null && chip(t("chat.chip.temperature", { value: number(temperature) })),
    max_tokens !== null && chip(t("chat.chip.max_tokens", { value: number(max_tokens) })),
    system_prompt && chip(t("chat.chip.system")),
  )
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

/** @param {import("./types.js").Conversation} conversation */
async function renameLater(conversation) {
  const { rename } = await import("./conversation_menu.js")
  rename(conversation)
}

define("md-chat-head", TalkHead)
