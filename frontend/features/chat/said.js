/** What the person said: the words, the files, and a box to say it differently. */

import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { AttachmentView } from "./attachment_view.js"

/** @typedef {import("./types.js").Attachment} Attachment */

/**
 * @param {string} content
 * @param {Attachment[]} attachments
 */
export function said(content, attachments) {
  return h(
    "div",
    { class: "said" },
    attachments.length > 0 &&
      h(
        "div",
        { class: "said__files" },
        attachments.map((each) => new AttachmentView(each)),
      ),
    content && h("p", { class: "said__words", dir: "auto" }, content),
  )
}

/**
 * A box with the words in it.
 * @param {string} content
 * @param {{ onsave: (content: string) => void, oncancel: () => void }} handlers
 */
export function editBox(content, { onsave, oncancel }) {
  const input = h("textarea", {
    class: "control edit__input",
    rows: 3,
    "aria-label": t("chat.edit.label"),
    value: content,
  })
  const save = () => (input.value.trim() && input.value !== content ? onsave(input.value.trim()) : oncancel())
  const box = h(
    "form",
    { class: "edit", novalidate: true },
    input,
    h("p", { class: "soft tiny" }, t("chat.edit.hint")),
    h(
      "div",
      { class: "edit__foot" },
      h("button", { class: "button button--quiet", type: "button", onclick: oncancel }, t("parts.cancel")),
      h("button", { class: "button button--main", type: "submit" }, t("chat.send")),
    ),
  )
  box.addEventListener("submit", (event) => {
    event.preventDefault()
    save()
  })
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing) oncancel()
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save()
  })
  return box
}
