/** A block of code: its language, a button that copies it, and colours once it is complete and seen. */

import { define, MadangElement } from "../core/element.js"
import { fill, h } from "../core/h.js"
import { onLanguage, t } from "../core/i18n.js"
import { announce } from "../parts/announce.js"
import { whenNear } from "./lazy.js"
import { markedText } from "./marks.js"

const COPIED_MS = 2000
const QUIET_MS = 300
const MOST_GROWN = 100
// What follows decides how an emoji is read that began before the end, so such a seam is never grown over.
const OPEN_END = /[\u200D\uD800-\uDBFF]$/
const GOES_ON = /^(?:\uFE0F|\u200D|[\u{E0000}-\u{E007F}])/u

/** @typedef {{ text: string, language: string, isPart?: boolean }} CodeProps isPart: it goes on with the code before it */

export class CodeBlock extends MadangElement {
  #label = h("span", { class: "code__language" })
  #button = h("button", { class: "code__copy", type: "button", onclick: () => this.#copy() })
  #code = h("code")
  #text = ""
  #language = ""
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer

  /** @param {CodeProps} props */
  set props({ text, language, isPart = false }) {
    this.toggleAttribute("data-part", isPart)
    if (text === this.#text && language === this.#language) return
    this.#write(text)
    this.#text = text
    this.#language = language
    if (!this.isConnected) return
    this.#name()
    this.#colourLater()
  }

  get isPart() {
    return this.hasAttribute("data-part")
  }

  /** @override */
  connected() {
    if (!this.firstChild) {
      const head = h("div", { class: "code__head" }, this.#label, this.#button)
      const body = h("pre", { class: "code__text", tabindex: "0" }, this.#code)
      this.append(head, body)
    }
    this.#name()
    this.onLeave(onLanguage(() => this.#name()))
    this.onLeave(() => clearTimeout(this.#timer))
    this.#colourLater()
  }

  #name() {
    this.#label.textContent = this.#language || t("markdown.code.plain")
    this.#button.textContent = t("markdown.code.copy")
    this.#button.setAttribute("aria-label", t("markdown.code.copy_code"))
    this.querySelector("pre")?.setAttribute("aria-label", t("markdown.code.label", { language: this.#language }))
  }

  /** Append where the text only grew. @param {string} text */
  #write(text) {
    const last = this.#code.lastChild
    const more = text.slice(this.#text.length)
    const seam = OPEN_END.test(this.#text) || GOES_ON.test(more)
    if (seam || this.#code.childNodes.length > MOST_GROWN || !(last instanceof Text) || !text.startsWith(this.#text))
      fill(this.#code, markedText(text))
    else this.#grow(last, more)
  }

  /**
   * @param {Text} last
   * @param {string} more
   */
  #grow(last, more) {
    const [first, ...others] = markedText(more)
    if (typeof first === "string") last.appendData(first)
    else if (first) this.#code.append(first)
    this.#code.append(...others)
  }

  /** Colour when nothing has been added for a moment. */
  #colourLater() {
    clearTimeout(this.#timer)
    if (this.#language) this.#timer = setTimeout(() => whenNear(this, this.leaving, () => this.#colour()), QUIET_MS)
  }

  async #colour() {
    const text = this.#text
    const { highlight } = await import("./highlight.js")
    const coloured = await highlight(text, this.#language)
    if (coloured && text === this.#text) this.#code.replaceChildren(coloured)
  }

  /** The parts of a long block are copied as one. */
  async #copy() {
    const texts = [this.#text]
    for (let next = this.nextElementSibling; next instanceof CodeBlock && next.isPart; next = next.nextElementSibling)
      texts.push(next.#text)
    await navigator.clipboard.writeText(texts.join("\n"))
    this.#button.textContent = t("markdown.code.copied")
    this.#button.removeAttribute("aria-label")
    announce(t("markdown.code.copied"))
    setTimeout(() => this.#name(), COPIED_MS)
  }
}

define("md-code", CodeBlock)
