/** The chat page. The box to write in is there at once; list, conversation and the rest come in behind it. */

import { define, MadangElement } from "../../core/element.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { setTitle } from "../../core/router.js"
import { loadStyle } from "../../core/style.js"
import { ChatComposer } from "./composer.js"

/** @typedef {import("../../core/router.js").Route} Route */
/** @typedef {import("./room.js").Room} Room */

await loadStyle(new URL("../../styles/chat.css", import.meta.url))

export class ChatPage extends MadangElement {
  /** @type {Route} */
  #route = { page: "chat", part: null, path: "/chat" }
  /** @type {Room | null} */
  #room = null
  /** Whether a message was sent before it was clear where it goes. */
  #isHeld = false

  composer = new ChatComposer()
  list = h("div", { class: "chat__list" })
  head = h("header", { class: "chat__head" })
  body = h("div", { class: "chat__body" })

  /** @param {Route} route */
  set route(route) {
    this.#route = route
    void this.#open()
  }

  get route() {
    return this.#route
  }

  /** @override */
  connected() {
    this.className = "chat"
    const talk = h(
      "section",
      { class: "chat__talk", "aria-label": t("chat.talk") },
      this.head,
      this.body,
      this.composer,
    )
    this.append(this.list, talk)
    setTitle(t("chat.title"))
    this.on(this.composer, "chat-send", (/** @type {CustomEvent} */ event) => this.#hold(event))
    this.composer.focus()
    // The first key must not wait for what is only looked at.
    requestAnimationFrame(() => setTimeout(() => void this.#furnish()))
  }

  /** @override */
  disconnected() {
    this.#room?.close()
  }

  async #furnish() {
    const { Room } = await import("./room.js")
    if (!this.isConnected) return
    this.#room = new Room(this)
    await this.#open()
  }

  async #open() {
    await this.#room?.open(this.#route.part)
    if (!this.#isHeld || !this.#room?.isOpen) return
    this.#isHeld = false
    this.composer.querySelector("form")?.requestSubmit()
  }

  /** What is sent before its conversation is open is sent when it is. @param {CustomEvent} event */
  #hold(event) {
    if (this.#room?.isOpen) return
    event.preventDefault()
    event.stopImmediatePropagation()
    this.#isHeld = true
  }
}

define("md-chat-page", ChatPage)
