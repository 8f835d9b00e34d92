/** A formula: shown as it was written until it is complete and seen, then set. */

import { define, MadangElement } from "../core/element.js"
import { fill, h } from "../core/h.js"
import { whenNear } from "./lazy.js"
import { markedText } from "./marks.js"

/** @typedef {{ source: string, raw: string, display: boolean, closed: boolean }} MathProps */

export class MathFormula extends MadangElement {
  /** @type {MathProps} */
  #props = { source: "", raw: "", display: false, closed: false }
  #isSet = false

  /** @param {MathProps} props */
  set props(props) {
    if (JSON.stringify(props) === JSON.stringify(this.#props)) return
    this.#props = props
    this.#isSet = false
    this.classList.toggle("math--display", props.display)
    fill(this, h("code", { class: "math__source" }, markedText(props.raw)))
    if (this.isConnected) this.#setLater()
  }

  /** @override */
  connected() {
    this.#setLater()
  }

  #setLater() {
    if (this.#props.closed && !this.#isSet) whenNear(this, this.leaving, () => this.#set())
  }

  async #set() {
    const props = this.#props
    const { typeset } = await import("./typeset.js")
    const formula = await typeset(props.source, props.display)
    if (props !== this.#props || !formula) return
    this.#isSet = true
    this.replaceChildren(formula)
  }
}

define("md-math", MathFormula)
