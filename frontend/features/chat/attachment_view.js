/** A file that went with a message. Its bytes come with the session's token, so they are fetched and shown as a blob. */

import { api, errorText } from "../../core/api.js"
import { define, MadangElement } from "../../core/element.js"
import { bytes } from "../../core/format.js"
import { h } from "../../core/h.js"
import { openDialog } from "../../parts/dialog.js"
import { icon } from "../../parts/icon.js"
import { toast } from "../../parts/toast.js"

/** @typedef {import("./types.js").Attachment} Attachment */

const MOST_SHOWN_CHARS = 200_000

export class AttachmentView extends MadangElement {
  #file
  #address = ""

  /** @param {Attachment} file */
  constructor(file) {
    super()
    this.#file = file
  }

  /** @override */
  connected() {
    this.className = "file"
    const { name, size_bytes, kind } = this.#file
    const button = h(
      "button",
      { class: "file__button", type: "button", title: name },
      icon(kind === "image" ? "image" : "file"),
      h("span", { class: "clip" }, name),
      h("span", { class: "tiny soft number" }, bytes(size_bytes)),
    )
    button.addEventListener("click", () => void this.#open())
    this.replaceChildren(button)
    if (kind === "image") void this.#picture(button)
  }

  /** @override */
  disconnected() {
    URL.revokeObjectURL(this.#address)
  }

  /** @param {HTMLElement} button */
  async #picture(button) {
    try {
      const answer = await api.raw(this.#path, { signal: this.leaving })
      this.#address = URL.createObjectURL(await answer.blob())
      button.replaceChildren(h("img", { class: "file__picture", src: this.#address, alt: this.#file.name }))
    } catch {
      // The name stays in its place.
    }
  }

  get #path() {
    return `/api/chat/attachments/${this.#file.id}`
  }

  async #open() {
    const { name, kind } = this.#file
    try {
      const body =
        kind === "image"
          ? h("img", { class: "file__large", src: this.#address, alt: name })
          : h(
              "pre",
              { class: "file__text", tabindex: "0" },
              (await (await api.raw(this.#path)).text()).slice(0, MOST_SHOWN_CHARS),
            )
      openDialog({ title: name, body, class: "file-dialog" })
    } catch (error) {
      toast(errorText(error), { kind: "danger" })
    }
  }
}

define("md-chat-file", AttachmentView)
