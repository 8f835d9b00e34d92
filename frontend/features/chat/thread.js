/** The turns of a conversation. However many there are, only those near the screen are on the page. */

import { define, MadangElement } from "../../core/element.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { loadStyle } from "../../core/style.js"
import { icon } from "../../parts/icon.js"
import { Heights } from "./heights.js"
import { PendingTurn } from "./pending.js"
import { isMark } from "./talk.js"
import { ChatTurn } from "./turn.js"
import { focusedTool, focusTool } from "./turn_tools.js"

/** @typedef {import("./types.js").Turn} Turn */
/** @typedef {import("./types.js").TurnMark} TurnMark */
/** @typedef {import("./talk.js").Talk} Talk */
/** @typedef {import("./outbox.js").Message} Message */

await loadStyle(new URL("../../styles/turns.css", import.meta.url))

const NEAR_PX = 1200
const AT_END_PX = 60

export class ChatThread extends MadangElement {
  /** @type {Talk | null} */
  #talk = null
  /** @type {(Turn | TurnMark)[]} */
  #path = []
  /** @type {Message[]} */
  #messages = []
  /** @type {string[]} */
  #keys = []
  #heights = new Heights()
  /** @type {Map<string, ChatTurn | PendingTurn>} */
  #shown = new Map()
  #isAtEnd = true
  #lastTop = 0
  /** The turn at the top edge, which stays where it is when others change. @type {{ element: Element, top: number } | null} */
  #anchor = null
  #sizes = new ResizeObserver((entries) => this.#resized(entries))

  #turns = h("div", { class: "thread__turns" })
  #down = h(
    "button",
    { class: "button thread__down", type: "button", hidden: true, onclick: () => this.toEnd() },
    icon("arrow_down"),
    t("chat.to_end"),
  )
  #scroller = h(
    "div",
    { class: "thread__scroll", tabindex: "0", role: "region", "aria-label": t("chat.turns") },
    this.#turns,
  )

  /** @override */
  connected() {
    this.className = "thread"
    this.append(this.#scroller, this.#down)
    this.on(this.#scroller, "scroll", () => this.#scrolled(), { passive: true })
    this.#sizes.observe(this.#scroller)
  }

  /** @override */
  disconnected() {
    this.#sizes.disconnect()
  }

  /** Show another conversation, from its end. @param {Talk | null} talk */
  begin(talk) {
    this.#talk = talk
    this.#heights.clear()
    for (const element of this.#shown.values()) element.remove()
    this.#shown.clear()
    this.#isAtEnd = true
  }

  /**
   * @param {(Turn | TurnMark)[]} path
   * @param {Message[]} messages what is on its way
   */
  show(path, messages) {
    this.#path = path
    this.#messages = messages
    const held = this.#held()
    this.#keys = [...path.map(({ id }) => id), ...messages.map(({ client_id }) => client_id)]
    this.#draw()
    if (held) this.#refocus(held)
  }

  /** Where the focus is among the turns. */
  #held() {
    if (!this.contains(document.activeElement)) return null
    for (const [index, key] of this.#keys.entries()) {
      const element = this.#shown.get(key)
      const tool = element ? focusedTool(element) : null
      if (element && tool !== null) return { element, index, tool }
    }
    return null
  }

  /**
   * The focus of a turn that gave way to another one, or is gone, goes to the same tool of what stands in its place.
   * @param {{ element: HTMLElement, index: number, tool: string }} held
   */
  #refocus({ element, index, tool }) {
    if (element.isConnected) return
    const next = this.#shown.get(this.#keys[index] ?? "")
    if (!next || !focusTool(next, tool)) this.fire("chat-unfocused")
  }

  /** @param {string} id */
  update(id) {
    this.#path = this.#talk?.path ?? this.#path
    const element = this.#shown.get(id)
    if (element) this.#fill(element, this.#keys.indexOf(id))
    this.#moveCut()
  }

  /** A new answer may have moved the cut, from one turn to another. */
  #moveCut() {
    const cut = this.#keys[this.#cut]
    for (const [key, element] of this.#shown) {
      if (element instanceof ChatTurn) element.isCut = this.#cut > 0 && key === cut
    }
  }

  toEnd() {
    this.#isAtEnd = true
    this.#draw()
    this.#settle()
  }

  /** Open the last question for editing. */
  editLast() {
    const last = this.#path.findLast(({ status }) => status !== "queued")
    const element = last && this.#shown.get(last.id)
    if (element instanceof ChatTurn) element.edit()
  }

  #draw() {
    const { scrollTop, clientHeight } = this.#scroller
    const top = this.#isAtEnd ? this.#heights.total(this.#keys) - clientHeight : scrollTop
    const { first, last, before, after } = this.#heights.window(this.#keys, top - NEAR_PX, top + clientHeight + NEAR_PX)
    this.#place(first, last)
    this.#turns.style.paddingBlockStart = `${before}px`
    this.#turns.style.paddingBlockEnd = `${after}px`
    this.#settle()
  }

  /**
   * Put these turns on the page and take the others off, but never one that holds the focus.
   * @param {number} first
   * @param {number} last
   */
  #place(first, last) {
    const wanted = new Set(this.#keys.slice(first, last))
    for (const [key, element] of this.#shown) {
      const isHeld = this.#keys.includes(key) && element.contains(document.activeElement)
      if (!wanted.has(key) && !isHeld) this.#drop(key, element)
    }
    let next = this.#turns.firstElementChild
    for (const [index, key] of this.#keys.entries()) {
      if (!wanted.has(key) && !this.#shown.has(key)) continue
      const element = this.#shown.get(key) ?? this.#make(key, index)
      if (element === next) next = next.nextElementSibling
      else this.#turns.insertBefore(element, next)
      this.#fill(element, index)
    }
    this.#talk?.release(this.#shown)
  }

  /**
   * @param {string} key
   * @param {ChatTurn | PendingTurn} element
   */
  #drop(key, element) {
    this.#sizes.unobserve(element)
    this.#shown.delete(key)
    element.remove()
  }

  /**
   * @param {string} key
   * @param {number} index
   */
  #make(key, index) {
    const element = index < this.#path.length ? new ChatTurn() : new PendingTurn()
    element.dataset.key = key
    this.#shown.set(key, element)
    this.#sizes.observe(element)
    return element
  }

  /**
   * @param {ChatTurn | PendingTurn} element
   * @param {number} index
   */
  #fill(element, index) {
    const turn = this.#path[index]
    if (element instanceof ChatTurn && turn && this.#talk) {
      if (isMark(turn)) return this.#talk.need(turn.id)
      const isLast = index === this.#path.length - 1
      element.show({ turn, siblings: this.#talk.siblings(turn), isLast, isCut: index > 0 && index === this.#cut })
    } else if (element instanceof PendingTurn) {
      const message = this.#messages[index - this.#path.length]
      if (message) element.show(message)
    }
  }

  /** How many turns above the newest answer its model did not see. */
  get #cut() {
    const last = this.#path.findLast((turn) => !isMark(turn) && turn.receipt)
    return last && !isMark(last) ? (last.receipt?.trimmed_turns ?? 0) : 0
  }

  /** @param {ResizeObserverEntry[]} entries */
  #resized(entries) {
    for (const { target, borderBoxSize } of entries) {
      const key = target instanceof HTMLElement ? target.dataset.key : undefined
      const isEmpty = target instanceof ChatTurn && !target.dataset.status
      if (key && !isEmpty) this.#heights.measure(key, borderBoxSize[0]?.blockSize ?? 0)
    }
    if (this.#isAtEnd && this.#heights.settle()) this.#draw()
    else this.#settle()
  }

  /** Only the reader's moving up leaves the end: that text grew below does not. */
  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller
    if (scrollHeight - scrollTop - clientHeight < AT_END_PX) this.#isAtEnd = true
    else if (scrollTop < this.#lastTop) this.#isAtEnd = false
    this.#lastTop = scrollTop
    this.#down.hidden = this.#isAtEnd
    this.#remember()
    this.#draw()
  }

  /** Stay at the end, or else keep the turn at the top edge where the reader has it. */
  #settle() {
    const scroller = this.#scroller
    if (this.#isAtEnd) {
      scroller.scrollTop = scroller.scrollHeight
      this.#lastTop = scroller.scrollTop
    } else if (this.#anchor?.element.isConnected) {
      const moved = this.#anchor.element.getBoundingClientRect().top - this.#anchor.top
      if (Math.abs(moved) >= 1) scroller.scrollTop += moved
    }
    this.#remember()
  }

  #remember() {
    const edge = this.#scroller.getBoundingClientRect().top
    const element = [...this.#turns.children].find((child) => child.getBoundingClientRect().bottom > edge)
    this.#anchor = element ? { element, top: element.getBoundingClientRect().top } : null
  }
}

define("md-chat-thread", ChatThread)
