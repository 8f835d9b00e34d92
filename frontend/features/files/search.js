/** Search in a folder: by the names of files, or by what stands in them. */

import { api, errorText } from "../../core/api.js"
import { define, MadangElement } from "../../core/element.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { choice } from "../../parts/field.js"
import { icon } from "../../parts/icon.js"
import { within } from "./types.js"

/** @typedef {import("../../core/h.js").Child} Child */
/** @typedef {import("./types.js").Folder} Folder */
/** @typedef {{ path: string, type?: string, line?: number, text?: string }} Found */

const MOST_SHOWN = 200

/** Fires `search-shown` with whether results stand in the place of the tree. */
export class FileSearch extends MadangElement {
  #by = "name"
  #round = 0
  #input = h("input", { type: "search", name: "query", class: "control", autocomplete: "off", spellcheck: "false" })
  #results = h("div", { class: "search__results" })
  #said = h("p", { class: "small soft", role: "status" })

  /** @param {Folder} folder */
  constructor(folder) {
    super()
    this.folder = folder
  }

  connected() {
    this.className = "search"
    this.#input.placeholder = t("files.search")
    this.#input.setAttribute("aria-label", t("files.search"))
    const options = ["name", "text"].map((value) => ({ value, label: t(`files.search.${value}`) }))
    const by = choice({
      label: t("files.search.by"),
      name: "search-by",
      options,
      value: this.#by,
      onchange: (value) => {
        this.#by = value
        if (this.#input.value.trim()) void this.#search()
      },
    })
    by.querySelector("legend")?.classList.add("unseen")
    const go = h(
      "button",
      { class: "button button--icon", type: "submit", "aria-label": t("files.search.go") },
      icon("search"),
    )
    const form = h("form", { role: "search", class: "search__form" }, h("div", { class: "row" }, this.#input, go), by)
    this.on(form, "submit", (event) => {
      event.preventDefault()
      void this.#search()
    })
    this.on(this.#input, "input", () => !this.#input.value && this.#clear())
    fill(this, form, this.#said, this.#results)
  }

  #clear() {
    this.#round += 1
    this.#said.textContent = ""
    fill(this.#results)
    this.fire("search-shown", false)
  }

  async #search() {
    const round = ++this.#round
    const query = this.#input.value.trim()
    if (!query) return this.#clear()
    this.#said.textContent = t("files.search.under_way")
    this.fire("search-shown", true)
    try {
      const { found, notes } = await (this.#by === "name" ? this.#byName(query) : this.#byText(query))
      if (round === this.#round) this.#show(found, notes)
    } catch (error) {
      if (round !== this.#round || this.leaving.aborted) return
      fill(this.#results)
      this.#said.textContent = errorText(error)
    }
  }

  /** A word is looked for anywhere in the name; who writes a pattern means just that. @param {string} query */
  async #byName(query) {
    const pattern = /[*?]/.test(query) ? query : `*${query}*`
    const answer = await api.get(within(this.folder, "find", { pattern }), { signal: this.leaving })
    return { found: answer.found, notes: [answer.is_truncated && t("files.search.cut")] }
  }

  /** @param {string} text */
  async #byText(text) {
    const answer = await api.get(within(this.folder, "search", { text }), { signal: this.leaving })
    const secret = answer.left_out > 0 && t("files.search.left_out", { count: answer.left_out })
    return { found: answer.lines, notes: [answer.is_truncated && t("files.search.cut"), secret] }
  }

  /**
   * @param {Found[]} found
   * @param {(string | false)[]} notes
   */
  #show(found, notes) {
    const more = found.length > MOST_SHOWN && t("files.search.more", { count: found.length - MOST_SHOWN })
    const said = [t("files.search.count", { count: found.length }), more, ...notes]
    this.#said.textContent = said.filter(Boolean).join(" ")
    fill(
      this.#results,
      h(
        "ul",
        { role: "list" },
        found
          .slice(0, MOST_SHOWN)
          .map((one, index) => h("li", {}, this.#result(one, found[index - 1]?.path === one.path))),
      ),
    )
  }

  /**
   * @param {Found} found
   * @param {boolean} isSame whether the one before it is in the same file, whose name stands there
   */
  #result({ path, type = "file", line, text }, isSame) {
    const onclick = () => this.fire("file-chosen", { path, type })
    const look = isSame ? "search__one search__one--more" : "search__one"
    return h(
      "button",
      { class: look, type: "button", onclick },
      h(
        "span",
        { class: isSame ? "unseen" : "search__path" },
        icon(type === "folder" ? "folder" : "file"),
        h("span", {}, path),
      ),
      line !== undefined && h("code", { class: "search__line" }, h("span", { class: "soft" }, `${line} `), text),
    )
  }
}

define("md-files-search", FileSearch)
