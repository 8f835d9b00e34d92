/** The door of this folder: show Markdown in an element, in small steps, as often as the text grows. */

import { onLanguage } from "../core/i18n.js"
import { loadStyle } from "../core/style.js"
import "./code.js"
import { guardLinks } from "./link-dialog.js"
import "./math.js"
import { Renderer } from "./renderer.js"
import { saveText } from "./rest.js"

await loadStyle(new URL("../styles/markdown.css", import.meta.url))

// So long it goes on before the page gets a turn,
const SLICE_MS = 8
// and then the page gets at least this many times as long for itself.
const REST_FACTOR = 3

/** @type {WeakMap<Element, View>} */
const views = new WeakMap()

/**
 * Show a text. Call it again with the longer text while an answer streams in; finished parts are left untouched.
 * @param {string} source
 * @param {HTMLElement} target
 * @param {{ final?: boolean }} [options] final: the text will not grow any more, so code may be coloured
 * @returns {Promise<void>} resolved when all of it is on the page
 */
export function renderMarkdown(source, target, { final = true } = {}) {
  const view = views.get(target) ?? new View(target)
  views.set(target, view)
  target.classList.add("markdown")
  target.toggleAttribute("data-growing", !final)
  return view.show(source)
}

// One listener for all: one for each would keep every answer that was ever shown.
onLanguage(() => {
  for (const target of document.querySelectorAll(".markdown")) views.get(target)?.again()
})

class View {
  #target
  #renderer
  #isBusy = false
  #readyAt = 0
  #done = /** @type {PromiseWithResolvers<void> | null} */ (null)

  /** @param {HTMLElement} target */
  constructor(target) {
    this.#target = target
    this.#renderer = new Renderer(target)
    guardLinks(target)
    target.addEventListener("markdown-save", () => saveText(this.#renderer.source))
  }

  /** @param {string} source */
  show(source) {
    this.#renderer.set(source)
    this.#done ??= Promise.withResolvers()
    const { promise } = this.#done
    if (!this.#isBusy) {
      this.#busy(true)
      if (performance.now() >= this.#readyAt) this.#step()
      else this.#later()
    }
    return promise
  }

  /** Begin anew, e.g. because the language changed. */
  again() {
    this.#renderer.restart()
    this.#busy(true)
    this.#later()
  }

  /** @param {boolean} isBusy */
  #busy(isBusy) {
    this.#isBusy = isBusy
    this.#target.toggleAttribute("data-unfinished", isBusy)
  }

  #step() {
    const began = performance.now()
    let [hasMore, spent] = [true, 0]
    while (hasMore && spent < SLICE_MS) {
      hasMore = this.#renderer.step()
      spent = performance.now() - began
    }
    this.#readyAt = began + spent * (1 + REST_FACTOR)
    if (hasMore) return this.#later()
    this.#busy(false)
    this.#done?.resolve()
    this.#done = null
    this.#target.dispatchEvent(new CustomEvent("markdown-shown", { bubbles: true }))
  }

  #later() {
    const wait = Math.max(this.#readyAt - performance.now(), 0)
    if (document.hidden || wait > 16) setTimeout(() => this.#step(), wait)
    else requestAnimationFrame(() => this.#step())
  }
}
