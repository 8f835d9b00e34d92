/** An answer's text: plain until the Markdown part is there, then laid out, piece by piece as it grows. */

import { define, MadangElement } from "../../core/element.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"

/** @typedef {typeof import("../../markdown/render.js")} Markdown */

// Before it is laid out an answer is shown by its beginning.
const PLAIN_CHARS = 4_000
const PIECE_CHARS = 4_000

/** @type {Markdown | null} */
let markdown = null

export class ChatAnswer extends MadangElement {
  #text = ""
  #isFinal = true
  #body = h("div", { class: "markdown markdown--plain", dir: "auto" })
  #reasoning = ""
  #thoughts = h("div", { class: "thoughts__words" })
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
    if (reasoning !== this.#reasoning) this.#think(reasoning)
    if (text === this.#text && isFinal === this.#isFinal) return
    this.#text = text
    this.#isFinal = isFinal
    if (markdown) this.#render(markdown)
    else void this.#fetch()
  }

  /** What is long is shown in pieces, so that no more than the last is laid out anew. @param {string} reasoning */
  #think(reasoning) {
    this.#details.hidden = reasoning === ""
    if (!reasoning.startsWith(this.#reasoning)) this.#thoughts.replaceChildren()
    const from = this.#thoughts.firstChild ? this.#reasoning.length : 0
    this.#reasoning = reasoning
    for (const line of reasoning.slice(from).match(/[^\n]*\n|[^\n]+$/g) ?? []) this.#addThought(line)
  }

  /** @param {string} line */
  #addThought(line) {
    const last = this.#thoughts.lastElementChild?.firstChild
    if (last instanceof Text && !(last.length > PIECE_CHARS && last.data.endsWith("\n"))) last.appendData(line)
    else this.#thoughts.append(h("p", {}, line))
  }

  async #fetch() {
    this.#body.textContent = this.#text.slice(0, PLAIN_CHARS)
    // Without it the words are there to read as they came, and the next of them ask for it again.
    markdown ??= await import("../../markdown/render.js").catch(() => null)
    if (markdown) this.#render(markdown)
  }

  /** @param {Markdown} part */
  #render(part) {
    this.#body.classList.remove("markdown--plain")
    void part.renderMarkdown(this.#text, this.#body, { final: this.#isFinal })
  }
}

define("md-chat-answer", ChatAnswer)
