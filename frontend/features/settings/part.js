/** The base of every settings part: reads, draws, says what went wrong, and keeps up with other tabs. */

import { errorText } from "../../core/api.js"
import { MadangElement } from "../../core/element.js"
import { add, fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { live } from "../../core/live.js"
import { complain } from "../../parts/complain.js"
import { toast } from "../../parts/toast.js"
import { notice } from "./pieces.js"

/** @typedef {import("../../core/h.js").Child} Child */

const TYPED_IN = "input:not([type=checkbox], [type=radio]), textarea, select"

/** @template T what the part reads */
export class SettingsPart extends MadangElement {
  /** The part's name: its path and the beginning of its words. */
  name = ""
  /** @type {string[]} the kinds of events after which it reads anew */
  watches = []
  #body = h("div", { class: "part__body" })
  #round = 0
  /** The field with words in it that are not kept yet. @type {EventTarget | null} */
  #unkept = null

  connected() {
    this.className = "part"
    this.on(this, "input", (event) => {
      this.#unkept = event.target
    })
    this.on(this, "change", () => {
      this.#unkept = null
    })
    this.setAttribute("aria-busy", "true")
    add(this, this.#head(), this.#body)
    this.#body.append(h("p", { class: "soft" }, t("parts.loading")))
    this.onLeave(live.follow("app", null, { event: ({ kind }) => this.#heed(kind), resync: () => void this.refresh() }))
    void this.refresh()
  }

  /** @returns {Promise<T>} */
  async read() {
    throw new Error("a part reads something")
  }

  /**
   * @param {T} _data
   * @returns {Child}
   */
  draw(_data) {
    return null
  }

  /** Read and draw anew. Of two rounds under way the later one counts. */
  async refresh() {
    const round = ++this.#round
    try {
      const data = await this.read()
      if (round === this.#round) this.#replace(this.draw(data))
    } catch (error) {
      if (round === this.#round && this.isConnected) this.#replace(this.#problem(error))
    }
    this.removeAttribute("aria-busy")
  }

  /**
   * Do something, say that it worked or what went wrong, and show how things are afterwards.
   * @param {() => Promise<unknown>} action
   * @param {string} [said]
   * @returns {Promise<boolean>} whether it worked
   */
  async run(action, said) {
    try {
      await action()
      if (said) toast(said)
      await this.refresh()
      return true
    } catch (error) {
      complain(error)
      return false
    }
  }

  /** Never under the hands of somebody who writes, nor over what is written and could not be kept. @param {Child} content */
  #replace(content) {
    if (this.#unkept && this.#unkept === document.activeElement) return
    if (this.#body.querySelector('[aria-invalid="true"]')) return
    const key = document.activeElement?.getAttribute("data-key")
    const had = this.contains(document.activeElement)
    fill(this.#body, content)
    const next = key && this.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`)
    const focused = next || this.querySelector("h2")
    if (had && focused instanceof HTMLElement) focused.focus()
  }

  #head() {
    return h(
      "header",
      { class: "part__head" },
      h("h2", { tabindex: "-1" }, t(`settings.${this.name}.title`)),
      this.#lead(),
    )
  }

  #lead() {
    return h("p", { class: "soft" }, t(`settings.${this.name}.lead`))
  }

  /** @param {unknown} error */
  #problem(error) {
    const again = h("button", { class: "button", type: "button", onclick: () => void this.refresh() }, t("parts.retry"))
    return notice("danger", "warning", [h("p", {}, errorText(error)), again])
  }

  /** What somebody is typing is not swept away. @param {string} kind */
  #heed(kind) {
    const active = document.activeElement
    const isTyping = active !== null && this.contains(active) && active.matches(TYPED_IN)
    if (this.watches.includes(kind) && !isTyping) void this.refresh()
  }
}
