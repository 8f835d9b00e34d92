/** What stands between head and box: the welcome of an empty chat, or its turns, which are fetched with the first. */

import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { welcome } from "./welcome.js"

/** @typedef {import("./types.js").Turn} Turn */
/** @typedef {import("./types.js").TurnMark} TurnMark */
/** @typedef {import("./outbox.js").Message} Message */
/** @typedef {import("./talk.js").Talk} Talk */

export class Stage {
  /** @type {import("./thread.js").ChatThread | null} */
  #thread = null
  /** @type {Talk | null} */
  #talk = null
  /** @type {(Turn | TurnMark)[]} */
  #path = []
  /** @type {Message[]} */
  #messages = []
  #isFetching = false
  #body
  #welcome = welcome()
  #lost = h("p", { class: "empty", role: "status" })

  /** @param {HTMLElement} body */
  constructor(body) {
    this.#body = body
    body.replaceChildren(this.#welcome, this.#lost)
    this.#lost.hidden = true
  }

  /** Show another conversation, from its end. @param {Talk | null} talk */
  begin(talk) {
    this.#talk = talk
    this.#thread?.begin(talk)
  }

  /**
   * @param {(Turn | TurnMark)[]} path
   * @param {Message[]} messages what is on its way
   */
  show(path, messages) {
    this.#path = path
    this.#messages = messages
    const isEmpty = path.length + messages.length === 0
    this.#welcome.hidden = !isEmpty
    if (isEmpty) this.#lost.hidden = true
    if (this.#thread) {
      this.#thread.hidden = isEmpty
      this.#thread.show(path, messages)
    } else if (!isEmpty) void this.#fetch()
  }

  /** @param {string} id */
  update(id) {
    this.#thread?.update(id)
  }

  toEnd() {
    this.#thread?.toEnd()
  }

  editLast() {
    this.#thread?.editLast()
  }

  async #fetch() {
    if (this.#isFetching) return
    this.#isFetching = true
    const part = await import("./thread.js").catch(() => null)
    this.#isFetching = false
    // What was sent is kept, and whatever becomes of it comes by here again.
    this.#lost.hidden = part !== null
    this.#lost.textContent = part ? "" : t("shell.line.lost_long")
    if (!part || !this.#body.isConnected) return
    this.#thread = new part.ChatThread()
    this.#body.append(this.#thread)
    this.#thread.begin(this.#talk)
    this.show(this.#path, this.#messages)
  }
}
