/** What is too long to be laid out: said so, and shown as it was written, page by page; the whole can be saved. */

import { define, MadangElement } from "../core/element.js"
import { h } from "../core/h.js"
import { t } from "../core/i18n.js"
import { markedText } from "./marks.js"

const PAGE_CHARS = 12_000
const REVOKE_MS = 60_000

/** Fires `markdown-save` when the whole text is asked for. */
export class PlainRest extends MadangElement {
  #text = ""
  /** How much of it is shown. */
  #end = 0
  #notice = h("p", { class: "rest__notice" })
  #pages = h("div", { class: "rest__pages" })
  #more = h("button", { class: "button button--small", type: "button", onclick: () => this.#turn() })
  #save = h("button", { class: "button button--small", type: "button", onclick: () => this.fire("markdown-save") })
  #tools = h("p", { class: "rest__tools" }, this.#more, this.#save)

  /** @param {{ text: string }} props */
  set props({ text }) {
    const isMore = text.startsWith(this.#text.slice(0, this.#end))
    this.#text = text
    if (!isMore) this.#end = 0
    if (this.#end === 0 || this.#pages.childElementCount === 1) this.#begin()
    this.#count()
  }

  /** @override */
  connected() {
    if (!this.firstChild) this.append(this.#notice, this.#pages, this.#tools)
    this.#save.textContent = t("markdown.rest.save")
    this.#count()
  }

  /** The first page, which may still be filling. */
  #begin() {
    const end = pageEnd(this.#text, 0)
    if (end === this.#end) return
    this.#end = end
    this.#pages.replaceChildren(page(this.#text.slice(0, end)))
  }

  #turn() {
    const end = pageEnd(this.#text, this.#end)
    this.#pages.append(page(this.#text.slice(this.#end, end)))
    this.#end = end
    this.#count()
  }

  #count() {
    const { length } = this.#text
    this.#notice.textContent = t("markdown.rest", { count: length })
    this.#more.hidden = this.#end >= length
    this.#more.textContent = t("markdown.rest.more", { count: length - this.#end })
  }
}

/** @param {string} text */
function page(text) {
  return h("pre", { class: "rest__text", tabindex: "0" }, markedText(text))
}

/**
 * A page ends with a line where it can.
 * @param {string} text
 * @param {number} from
 */
function pageEnd(text, from) {
  const most = from + PAGE_CHARS
  if (text.length <= most) return text.length
  const line = text.lastIndexOf("\n", most - 1) + 1
  if (line > from + PAGE_CHARS / 2) return line
  return /[\uD800-\uDBFF]/.test(text[most - 1] ?? "") ? most - 1 : most
}

/**
 * Give the reader a text as a file.
 * @param {string} text
 */
export function saveText(text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/markdown" }))
  h("a", { href: address, download: `${t("markdown.rest.file")}.md` }).click()
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(address), REVOKE_MS)
}

define("md-rest", PlainRest)
