/** Files on their way into the next message: picked, pasted or dropped; sent to the server at once, shown above the text. */

import { api, errorText } from "../../core/api.js"
import { define, MadangElement } from "../../core/element.js"
import { bytes } from "../../core/format.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { icon } from "../../parts/icon.js"
import { toast } from "../../parts/toast.js"

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("./types.js").Attachment} Attachment */
/** @typedef {import("./types.js").ModelInfo} ModelInfo */
/** @typedef {{ file: File, address: string | null, sent: Attachment | null }} Entry */

const MOST = 10

export class Attachments extends MadangElement {
  /** @type {Entry[]} */
  #entries = []
  #room
  #row = h("ul", { class: "files", role: "list" })
  #note = h("p", { class: "files__note small", role: "status" })

  /** @param {Room} room */
  constructor(room) {
    super()
    this.#room = room
  }

  /** @override */
  connected() {
    this.className = "files-box"
    if (!this.firstChild) this.append(this.#row, this.#note)
  }

  /** What is on the server and goes with the next message. */
  get ready() {
    return this.#entries.flatMap(({ sent }) => (sent ? [sent] : []))
  }

  /** Whether a file is still on its way. */
  get isBusy() {
    return this.#entries.some(({ sent }) => sent === null)
  }

  clear() {
    for (const { address } of this.#entries) if (address) URL.revokeObjectURL(address)
    this.#entries = []
    this.#draw()
  }

  /**
   * Take files that are pasted into or dropped on an element.
   * @param {HTMLElement} place
   * @param {AbortSignal} signal
   */
  catchFiles(place, signal) {
    place.addEventListener("paste", (event) => this.#take(event, event.clipboardData), { signal })
    place.addEventListener("drop", (event) => this.#take(event, event.dataTransfer), { signal })
    place.addEventListener(
      "dragover",
      (event) => {
        const hasFiles = event.dataTransfer?.types.includes("Files") ?? false
        place.toggleAttribute("data-dropping", hasFiles)
        if (hasFiles) event.preventDefault()
      },
      { signal },
    )
    place.addEventListener("dragleave", () => place.removeAttribute("data-dropping"), { signal })
  }

  /**
   * @param {Event} event
   * @param {DataTransfer | null} data
   */
  #take(event, data) {
    if (event.currentTarget instanceof HTMLElement) event.currentTarget.removeAttribute("data-dropping")
    const files = [...(data?.files ?? [])]
    if (files.length === 0) return
    event.preventDefault()
    this.add(files)
  }

  /** @param {File[]} files */
  add(files) {
    const isTooMany = this.#entries.length + files.length > MOST
    if (isTooMany) toast(t("chat.files.too_many", { count: MOST }), { kind: "danger" })
    else for (const file of files) void this.#send(file)
  }

  /** @param {File} file */
  async #send(file) {
    const isImage = file.type.startsWith("image/")
    /** @type {Entry} */
    const entry = { file, address: isImage ? URL.createObjectURL(file) : null, sent: null }
    this.#entries.push(entry)
    this.#draw()
    try {
      const headers = { "Content-Type": file.type || "text/plain", "X-File-Name": encodeURIComponent(file.name) }
      entry.sent = await api.post("/api/chat/attachments", file, { headers })
      this.#draw()
    } catch (error) {
      this.#remove(entry)
      toast(t("chat.files.failed", { name: file.name, reason: errorText(error) }), { kind: "danger" })
    }
  }

  /** Say so when there is a picture and a model that cannot see. @param {ModelInfo | null} model */
  heed(model) {
    const hasImage = this.#entries.some(({ file }) => file.type.startsWith("image/"))
    const isBlind = hasImage && model !== null && !model.sees_images
    this.#note.textContent = isBlind ? t("chat.files.blind", { model: model?.name }) : ""
  }

  #draw() {
    fill(this.#row, ...this.#entries.map((entry) => this.#item(entry)))
    this.heed(this.#room.model)
  }

  /** @param {Entry} entry */
  #item(entry) {
    const { file, address, sent } = entry
    const drop = h(
      "button",
      { class: "files__drop", type: "button", "aria-label": t("chat.files.remove", { name: file.name }) },
      icon("close"),
    )
    drop.addEventListener("click", () => this.#remove(entry))
    return h(
      "li",
      { class: "files__one", "aria-busy": sent === null },
      address ? h("img", { class: "files__picture", src: address, alt: "" }) : icon("file"),
      // The server's name for it is free of characters that cannot be seen.
      h("span", { class: "files__name clip" }, sent?.name ?? file.name),
      h("span", { class: "tiny soft number" }, sent ? bytes(file.size) : t("chat.files.sending")),
      drop,
    )
  }

  /** @param {Entry} entry */
  #remove(entry) {
    if (entry.address) URL.revokeObjectURL(entry.address)
    const had = this.#row.contains(document.activeElement)
    this.#entries = this.#entries.filter((each) => each !== entry)
    this.#draw()
    if (had) this.fire("chat-unfocused")
  }
}

define("md-chat-attachments", Attachments)
