/** The connection dot, with a word beside it, and a sentence for those who listen. */

import { define, MadangElement } from "../core/element.js"
import { h } from "../core/h.js"
import { t } from "../core/i18n.js"
import { live } from "../core/live.js"

const PATIENCE_MS = 1_500

/** @typedef {"connecting" | "open" | "lost"} Shown */

export class Line extends MadangElement {
  /** @type {Shown} */
  #shown = "connecting"
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  #word = h("span", { class: "line__word" })
  #sentence = h("span", { class: "unseen", role: "status" })

  connected() {
    this.className = "line"
    this.append(h("span", { class: "line__dot", "aria-hidden": "true" }), this.#word, this.#sentence)
    this.on(live, "status", () => this.#heed())
    this.#show(live.status === "open" ? "open" : "connecting")
  }

  disconnected() {
    clearTimeout(this.#timer)
  }

  /** A short break is not worth a word. */
  #heed() {
    clearTimeout(this.#timer)
    if (live.status === "open") this.#show("open")
    else if (live.status === "lost") this.#timer = setTimeout(() => this.#show("lost"), PATIENCE_MS)
  }

  /** @param {Shown} shown */
  #show(shown) {
    if (shown === "lost") this.#sentence.textContent = t("shell.line.lost_long")
    else if (this.#shown === "lost") this.#sentence.textContent = t("shell.line.back")
    this.#shown = shown
    this.dataset.line = shown
    this.#word.textContent = t(`shell.line.${shown}`)
    this.title = t(`shell.line.${shown}_long`)
  }
}

define("md-line", Line)
