/** A form in a dialog: Enter saves, nothing is saved twice, and what is wrong gets the focus. */

import { h } from "../core/h.js"
import { complain } from "./complain.js"
import { openDialog } from "./dialog.js"

/** @typedef {import("../core/h.js").Child} Child */

let count = 0

/**
 * Open a dialog whose fields are saved together. `onsave` says at the fields what is wrong, or closes the dialog.
 * @param {{ title: string, body: Child, save: string, onsave: (dialog: HTMLDialogElement) => Promise<unknown> }} parts
 */
export function openForm({ title, body, save, onsave }) {
  count += 1
  const form = h("form", { class: "stack", id: `form-${count}`, novalidate: true }, body)
  const go = h("button", { class: "button button--main", type: "submit", form: form.id }, save)
  const dialog = openDialog({ title, body: form, footer: go })
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    if (go.ariaDisabled) return
    // A button that is really disabled would let go of the focus.
    go.ariaDisabled = "true"
    await onsave(dialog).catch(complain)
    go.ariaDisabled = null
    focus(form.querySelector("[aria-invalid]"))
  })
  focus(form.querySelector("input, textarea, select"))
  return dialog
}

/** @param {Element | null} element */
function focus(element) {
  if (!(element instanceof HTMLElement)) return
  const folded = element.closest("details")
  if (folded) folded.open = true
  element.focus()
}
