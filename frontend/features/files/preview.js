/** A file as it can be looked at here: text in colours, a picture, or its facts and a download. */

import { api, errorText } from "../../core/api.js"
import { define, MadangElement } from "../../core/element.js"
import { bytes, moment } from "../../core/format.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { loadStyle } from "../../core/style.js"
import { CodeBlock } from "../../markdown/code.js"
import { nameOf, within } from "./types.js"

/** @typedef {import("./types.js").FileText} FileText */
/** @typedef {import("./types.js").Folder} Folder */

await loadStyle(new URL("../../styles/markdown.css", import.meta.url))

const MOST_SHOWN_CHARS = 200_000
const MOST_PICTURE_BYTES = 10 << 20
/** @type {Record<string, string>} */
const PICTURES = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  avif: "image/avif",
}

export class FilePreview extends MadangElement {
  #address = ""

  /**
   * @param {Folder} folder
   * @param {string} path
   */
  constructor(folder, path) {
    super()
    this.folder = folder
    this.path = path
  }

  connected() {
    this.className = "preview"
    this.setAttribute("aria-busy", "true")
    fill(this, h("p", { class: "soft small" }, t("parts.loading")))
    void this.#load()
  }

  disconnected() {
    URL.revokeObjectURL(this.#address)
  }

  async #load() {
    try {
      const path = within(this.folder, "text", { path: this.path })
      const file = /** @type {FileText} */ (await api.get(path, { signal: this.leaving }))
      fill(this, h("p", { class: "small soft number" }, facts(file)), await this.#content(file))
    } catch (error) {
      const { code } = /** @type {{ code?: string }} */ (error)
      if (code === "system.not_a_file") this.fire("file-is-folder")
      else if (!this.leaving.aborted) fill(this, h("p", { class: "empty" }, errorText(error)))
    }
    this.removeAttribute("aria-busy")
  }

  /** @param {FileText} file */
  async #content({ text, size_bytes: size, is_truncated: isCut }) {
    const name = nameOf(this.path)
    const ending = name.includes(".") ? name.slice(name.lastIndexOf(".") + 1).toLowerCase() : ""
    const type = PICTURES[ending]
    if (type && size <= MOST_PICTURE_BYTES) return this.#picture(name, type)
    if (text === null) return h("p", { class: "empty" }, t("files.preview.none"))
    if (text === "") return h("p", { class: "empty" }, t("files.preview.empty"))
    const code = new CodeBlock()
    code.props = { text: text.slice(0, MOST_SHOWN_CHARS), language: ending }
    return [code, (isCut || text.length > MOST_SHOWN_CHARS) && h("p", { class: "small soft" }, t("files.preview.cut"))]
  }

  /**
   * @param {string} name
   * @param {string} type
   */
  async #picture(name, type) {
    const answer = await api.raw(within(this.folder, "content", { path: this.path }), { signal: this.leaving })
    this.#address = URL.createObjectURL(new Blob([await answer.blob()], { type }))
    const picture = h("img", { class: "preview__picture", src: this.#address, alt: name })
    picture.addEventListener("error", () => picture.replaceWith(h("p", { class: "empty" }, t("files.preview.none"))))
    return picture
  }
}

/** @param {FileText} file */
function facts({ size_bytes: size, modified_at: changed }) {
  return `${bytes(size)} · ${t("files.preview.changed", { time: moment(changed) })}`
}

define("md-files-preview", FilePreview)
