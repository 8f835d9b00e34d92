/** What is too long to be laid out: said so, and shown as it was written. */

import { define, MadangElement } from "../core/element.js"
import { fill, h } from "../core/h.js"
import { t } from "../core/i18n.js"
import { markedText } from "./marks.js"

export class PlainRest extends MadangElement {
  /** @param {{ text: string, length: number }} props */
  set props({ text, length }) {
    const notice = h("p", { class: "rest__notice" }, t("markdown.rest", { count: length }))
    fill(this, notice, h("pre", { class: "rest__text", tabindex: "0" }, markedText(text)))
  }
}

define("md-rest", PlainRest)
