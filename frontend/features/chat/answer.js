/** An answer's text: plain until the Markdown part is there, then laid out, piece by piece as it grows. */

import { define, MadangElement } from "../../core/element.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"

/** @typedef {typeof import("../../markdown/render.js")} Markdown */

// Before it is laid out an answer is shown by its beginning.
const PLAIN_CHARS = 4_000

/** @type {Markdown | null} */
let markdown = null

export class ChatAnswer extends MadangElement {
  #text = ""
  #isFinal = true
  #body = h("div", { class: "markdown markdown--plain", dir: "auto" })
  #thoughts = h("p", { class: "thoughts__words" })
  #details = h("details", { class: "thoughts", hidden: true }, h("summary", {}, t("chat.reasoning")), this.#thoughts)

  /** @override */
  connected() {
    if (this.firstChild) return
    this.className = "answer"
    this.append(this.#details, this.#body)
  }

  /**
   * @param {string} text
   * @param {string} reasoning
   * @param {boolean} isFinal
   */
  show(text, reasoning, isFinal) {
    if (reasoning !== this.#thoughts.textContent) this.#think(reasoning)
    if (text === this.#text && isFinal === this.#isFinal) return
    this.#text = text
    this.#isFinal = isFinal
    if (markdown) this.#render(markdown)
    else void this.#fetch()
  }

  /** @param {string} reasoning */
  #think(reasoning) {
    this.#details.hidden = reasoning === ""
    this.#thoughts.textContent = reasoning
  }

  async #fetch() {
    this.#body.textContent = this.#text.slice(0, PLAIN_CHARS)
    markdown ??= await import("../../markdown/render.js")
    this.#render(markdown)
  }

  /** @param {Markdown} part */
  #render(part) {
    this.#body.classList.remove("markdown--plain")
    void part.renderMarkdown(this.#text, this.#body, { final: this.#isFinal })
  }
}

define("md-chat-answer", ChatAnswer)
