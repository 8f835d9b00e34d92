/** Files: the folders that are open to Madang, and at an address of its own what is in one of them. */

import { api, errorText } from "../../core/api.js"
import { define, MadangElement } from "../../core/element.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { live } from "../../core/live.js"
import { navigate, setTitle } from "../../core/router.js"
import { loadStyle } from "../../core/style.js"
import { icon } from "../../parts/icon.js"
import { FolderBrowser } from "./browser.js"
import { folderCard } from "./card.js"
import { openChooser } from "./chooser.js"

/** @typedef {import("../../core/router.js").Route} Route */
/** @typedef {import("./types.js").Folder} Folder */

await loadStyle(new URL("../../styles/files.css", import.meta.url))

export class FilesPage extends MadangElement {
  /** @type {Route} */
  #route = { page: "files", part: null, path: "/files" }
  #round = 0
  /** @type {FolderBrowser | null} */
  #browser = null

  /** @param {Route} route */
  set route(route) {
    const isSame = route.part === this.#route.part
    this.#route = route
    if (!this.isConnected) return
    if (isSame && this.#browser) this.#browser.follow()
    else void this.#load()
  }

  get route() {
    return this.#route
  }

  connected() {
    this.className = "files"
    setTitle(t("files.title"))
    const event = (/** @type {{ kind: string }} */ { kind }) => {
      if (kind === "folders.changed") void this.#load()
    }
    this.onLeave(live.follow("app", null, { event, resync: () => void this.#load() }))
    void this.#load()
  }

  async #load() {
    const round = ++this.#round
    this.setAttribute("aria-busy", "true")
    try {
      const folders = /** @type {Folder[]} */ (await api.get("/api/files/folders", { signal: this.leaving }))
      if (round === this.#round) this.#draw(folders)
    } catch (error) {
      if (round === this.#round && this.isConnected) this.#problem(error)
    }
    if (round === this.#round) this.removeAttribute("aria-busy")
  }

  /** @param {Folder[]} folders */
  #draw(folders) {
    const { part } = this.#route
    if (part === null) return this.#drawFolders(folders)
    const folder = folders.find(({ id }) => id === part)
    if (!folder) return this.#missing()
    // What is open in a folder stays open while only others changed.
    if (this.#browser?.isConnected && this.#browser.isOf(folder)) return
    setTitle(folder.name)
    this.#browser = new FolderBrowser(folder)
    fill(this, this.#browser)
  }

  /** @param {Folder[]} folders */
  #drawFolders(folders) {
    setTitle(t("files.title"))
    const key = this.contains(document.activeElement) ? document.activeElement?.getAttribute("data-key") : null
    this.#browser = null
    fill(this, h("div", { class: "files__page" }, folders.length > 0 ? cards(folders) : empty()))
    this.#refocus(key)
  }

  /** @param {string | null | undefined} key */
  #refocus(key) {
    const found = key && (this.querySelector(`[data-key="${CSS.escape(key)}"]`) ?? this.querySelector("h1, button"))
    if (found instanceof HTMLElement) found.focus()
  }

  #missing() {
    this.#browser = null
    const back = h(
      "button",
      { class: "button button--main", type: "button", onclick: () => navigate("/files") },
      t("files.to_folders"),
    )
    fill(this, h("div", { class: "empty" }, h("h1", {}, t("files.not_open")), back))
  }

  /** @param {unknown} error */
  #problem(error) {
    this.#browser = null
    const again = h("button", { class: "button", type: "button", onclick: () => void this.#load() }, t("parts.retry"))
    fill(this, h("div", { class: "empty" }, h("p", {}, errorText(error)), again))
  }
}

/** @param {Folder[]} folders */
function cards(folders) {
  return [
    h("header", { class: "files__head" }, h("h1", { tabindex: "-1" }, t("files.title")), openButton("button")),
    h("p", { class: "soft files__lead" }, t("files.lead")),
    h("ul", { class: "files__cards", role: "list" }, folders.map(folderCard)),
  ]
}

function empty() {
  const go = openButton("button button--main")
  return [
    h("h1", { class: "unseen" }, t("files.title")),
    h("div", { class: "empty files__empty" }, icon("folder"), h("p", {}, t("files.empty")), go),
  ]
}

/** @param {string} look */
function openButton(look) {
  const props = { class: look, type: "button", "data-key": "open-folder", onclick: () => openChooser() }
  return h("button", props, icon("plus"), h("span", {}, t("files.open")))
}

define("md-files-page", FilesPage)
