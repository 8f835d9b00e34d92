/** Texts of code and addresses as nodes, with unseen characters shown by name. */

import { h } from "../core/h.js"
import { t } from "../core/i18n.js"
import { pieces } from "./controls.js"

/**
 * @param {string} text
 * @returns {(HTMLElement | string)[]}
 */
export function markedText(text) {
  return pieces(text, { strict: true }).map((piece) =>
    piece.isControl ? h("span", { class: "control-mark", title: t("markdown.control") }, piece.text) : piece.text,
  )
}
