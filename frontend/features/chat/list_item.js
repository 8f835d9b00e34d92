/** One conversation in the list: its title, which leads to it, and its menu. */

import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { moreButton } from "./more_button.js"

/** @typedef {import("./types.js").Conversation} Conversation */

export class ListItem {
  /** @type {Conversation | undefined} */
  #conversation
  #link = h("a", { class: "list__link" })
  #more = moreButton("list__more", () => this.#conversation)
  element = h("li", { class: "list__item" }, this.#link, this.#more)

  /** @param {Conversation} conversation */
  show(conversation) {
    this.#conversation = conversation
    const name = conversation.title || t("chat.untitled")
    const title = conversation.damaged ? t("chat.damaged", { title: name }) : name
    this.element.dataset.conversation = conversation.id
    this.#link.href = `/chat/${conversation.id}`
    this.#link.title = this.#link.textContent = title
    this.#more.setAttribute("aria-label", t("chat.menu", { title }))
  }
}
