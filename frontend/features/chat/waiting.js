/** Why an answer has not begun: the built-in model is on its way, the provider asked for patience, another try is due. */

import { define, MadangElement } from "../../core/element.js"
import { bytes, duration } from "../../core/format.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { progress, showProgress } from "../../parts/progress.js"

/** @typedef {import("./types.js").Turn} Turn */
/** @typedef {import("./types.js").Waiting} Waiting */

const TICK_MS = 500
/** @type {Record<string, string>} */
const BUILTIN = { absent: "fetching", fetching: "fetching", checking: "checking" }

export class WaitingNote extends MadangElement {
  /** @type {Turn | null} */
  #turn = null
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #clock
  #words = h("p", { class: "waiting__words" })
  #bar = h("div", { class: "waiting__bar" })

  /** @override */
  connected() {
    this.className = "waiting"
    if (!this.firstChild) this.append(this.#words, this.#bar)
    this.#draw()
  }

  /** @override */
  disconnected() {
    clearInterval(this.#clock)
    this.#clock = undefined
  }

  /** @param {Turn} turn */
  show(turn) {
    this.#turn = turn
    this.#draw()
  }

  #draw() {
    const turn = this.#turn
    const isWaiting = turn?.status === "streaming" && turn.answer === "" && turn.reasoning === ""
    this.hidden = !isWaiting
    if (!isWaiting || !turn?.waiting) {
      clearInterval(this.#clock)
      this.#clock = undefined
      this.#words.textContent = isWaiting ? t("chat.waiting.model") : ""
      this.#bar.replaceChildren()
      return
    }
    this.#clock ??= setInterval(() => this.#draw(), TICK_MS)
    this.#words.textContent = words(turn.waiting)
    this.#showBar(turn.waiting)
  }

  /** @param {Waiting} waiting */
  #showBar(waiting) {
    const { done, total } = fetched(waiting)
    if (waiting.reason !== "builtin" || total === 0) return this.#bar.replaceChildren()
    const text = t("chat.waiting.fetched", { done: bytes(done), total: bytes(total) })
    const bar = this.#bar.querySelector(".progress")
    if (bar instanceof HTMLElement) showProgress(bar, done, total, text)
    else fill(this.#bar, progress({ label: t("chat.waiting.fetching"), value: done, max: total, text }))
  }
}

/** @param {Waiting} waiting */
function fetched(waiting) {
  const { status, progress_bytes = 0, total_bytes = 0 } = waiting
  return { done: progress_bytes, total: status === "fetching" ? total_bytes : 0 }
}

/** @param {Waiting} waiting */
function words(waiting) {
  if (waiting.reason === "builtin") return t(`chat.waiting.${BUILTIN[waiting.status ?? ""] ?? "starting"}`)
  const left = waiting.retry_at ? new Date(waiting.retry_at).getTime() - Date.now() : 0
  if (left <= 0) return t(`chat.waiting.${waiting.reason}`)
  return t(`chat.waiting.${waiting.reason}_in`, { time: duration(Math.max(Math.ceil(left / 1000), 1) * 1000) })
}

define("md-chat-waiting", WaitingNote)
