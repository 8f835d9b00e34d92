/** The box a message is written in. Fires `chat-send` with `{ text }`, `chat-write` with `{ text }`, `chat-stop`, `chat-edit-last`. */

import { define, MadangElement } from "../../core/element.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { icon } from "../../parts/icon.js"

const HANGUL = /^[\u1100-\u11FF\u3130-\u318F\uA960-\uA97F\uAC00-\uD7FF]*$/

export class ChatComposer extends MadangElement {
  #input = h("textarea", {
    class: "composer__input",
    id: "composer-input",
    rows: 1,
    placeholder: t("chat.composer.placeholder"),
    "aria-label": t("chat.composer.label"),
    "data-shortcut": "/",
    enterkeyhint: "send",
  })
  #isComposing = false
  /** Enter was pressed in a syllable: it is sent when the syllable is complete. */
  #sendsAfter = false

  /** Where attachments and notes stand, above the text. */
  top = h("div", { class: "composer__top" })
  /** Where the tools stand, below it. */
  tools = h("div", { class: "composer__tools" })
  #stop = h("button", { class: "button composer__stop", type: "button", hidden: true }, icon("stop"), t("chat.stop"))
  #send = h("button", { class: "button button--main composer__send", type: "submit" }, t("chat.send"))

  /** @override */
  connected() {
    this.className = "composer"
    const foot = h("div", { class: "composer__foot" }, this.tools, this.#stop, this.#send)
    this.append(h("form", { class: "composer__box", novalidate: true }, this.top, this.#input, foot))
    this.on(this, "submit", (event) => {
      event.preventDefault()
      this.#submit()
    })
    this.on(this.#stop, "click", () => this.fire("chat-stop"))
    this.on(this.#input, "keydown", (/** @type {KeyboardEvent} */ event) => this.#pressed(event))
    this.on(this.#input, "beforeinput", (/** @type {InputEvent} */ event) => this.#breaksLine(event))
    this.on(this.#input, "compositionstart", () => this.#compose(true))
    this.on(this.#input, "compositionend", (/** @type {CompositionEvent} */ event) => this.#composed(event))
    this.on(this.#input, "input", () => this.#written())
    this.#fit()
  }

  get text() {
    return this.#input.value
  }

  set text(text) {
    this.#input.value = text
    this.#fit()
  }

  /** @override */
  focus() {
    this.#input.focus()
  }

  /**
   * Show whether an answer is on its way: then the next message is queued, and there is something to stop.
   * @param {boolean} isAnswering
   */
  set answering(isAnswering) {
    if (!isAnswering && document.activeElement === this.#stop) this.focus()
    this.#stop.hidden = !isAnswering
    this.#send.textContent = t(isAnswering ? "chat.queue" : "chat.send")
    this.#input.placeholder = t(isAnswering ? "chat.composer.next" : "chat.composer.placeholder")
  }

  /**
   * Enter sends, Shift and Enter break the line. In a syllable, browsers differ: some tell of Enter before the
   * syllable's end (`isComposing`), some after it with code 229, and some tell twice. Whatever the order, the text is
   * sent once, whole: an emptied box has nothing to send again, and no Enter may leave a line break in it.
   * @param {KeyboardEvent} event
   */
  #pressed(event) {
    if (event.key === "Escape" && !this.#isComposing && !this.#stop.hidden) this.fire("chat-stop")
    if (event.key === "ArrowUp" && this.text === "" && !event.isComposing) this.fire("chat-edit-last")
    if (event.key !== "Enter" || event.shiftKey) {
      if (event.key !== "Process" && event.keyCode !== 229) this.#sendsAfter = false
      return
    }
    if (event.isComposing || this.#isComposing) {
      this.#sendsAfter = true
      return
    }
    event.preventDefault()
    this.#submit()
  }

  /** @param {InputEvent} event */
  #breaksLine(event) {
    const isBreak = event.inputType === "insertLineBreak" || event.inputType === "insertParagraph"
    if (isBreak && this.#sendsAfter) event.preventDefault()
  }

  /** @param {boolean} isComposing */
  #compose(isComposing) {
    this.#isComposing = isComposing
    this.#sendsAfter = false
  }

  /**
   * Enter ends a Hangul syllable and sends; in scripts where it picks a candidate it only picks.
   * @param {CompositionEvent} event
   */
  #composed({ data }) {
    this.#isComposing = false
    if (!this.#sendsAfter || !HANGUL.test(data ?? "")) return
    // The syllable may reach the box only after this event.
    setTimeout(() => {
      if (this.#sendsAfter && !this.#isComposing) this.#submit()
    })
  }

  #written() {
    this.#fit()
    this.fire("chat-write", { text: this.text })
  }

  #submit() {
    this.#sendsAfter = false
    const text = this.text.trim()
    const isEmpty = text === "" && !this.top.querySelector(".files__one")
    if (isEmpty || !this.fire("chat-send", { text })) return
    this.text = ""
    this.fire("chat-write", { text: "" })
  }

  /** Grow with the text, up to what the style sheet allows. */
  #fit() {
    if (CSS.supports("field-sizing", "content")) return
    this.#input.style.blockSize = "auto"
    this.#input.style.blockSize = `${this.#input.scrollHeight}px`
  }
}

define("md-chat-composer", ChatComposer)
