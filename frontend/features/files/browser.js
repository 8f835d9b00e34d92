/** What is in an opened folder: search and tree on one side, what was chosen on the other. The path stands in the address. */

import { define, MadangElement } from "../../core/element.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { icon } from "../../parts/icon.js"
import { accessChip } from "./card.js"
import { FileChanges } from "./changes.js"
import { download, fileActions, folderActions } from "./doing.js"
import { FilePreview } from "./preview.js"
import { FileSearch } from "./search.js"
import { FileTree } from "./tree.js"
import { parentOf } from "./types.js"

/** @typedef {import("./types.js").Folder} Folder */

export class FolderBrowser extends MadangElement {
  #pane = h("section", { class: "browser__pane", "aria-label": t("files.pane") })
  /** @type {FileTree} */
  #tree
  #path = ""

  /** @param {Folder} folder */
  constructor(folder) {
    super()
    this.folder = folder
    this.#tree = new FileTree(folder, chosenPath())
  }

  /** Whether this shows that folder, as it stands now. @param {Folder} folder */
  isOf({ id, access, state }) {
    return id === this.folder.id && access === this.folder.access && state === this.folder.state
  }

  connected() {
    this.className = "browser"
    const { name, path, access, state } = this.folder
    const back = h(
      "a",
      { class: "browser__back small", href: "/files" },
      icon("left"),
      h("span", {}, t("files.to_folders")),
    )
    const title = h("div", { class: "row row--wrap" }, h("h1", { tabindex: "-1" }, name), accessChip(access))
    const head = h("header", { class: "browser__head" }, back, title, h("p", { class: "small soft files__path" }, path))
    if (state !== "ready") return fill(this, head, h("p", { class: "empty" }, t(`files.state.${state}`)))
    const side = h("div", { class: "browser__side" }, new FileSearch(this.folder), this.#tree)
    fill(this, head, side, this.#pane)
    this.on(this, "search-shown", (/** @type {CustomEvent} */ { detail }) => {
      this.#tree.hidden = detail
    })
    this.on(this, "file-chosen", (/** @type {CustomEvent} */ { detail }) =>
      this.#choose(detail.path, detail.type === "folder"),
    )
    this.on(this, "file-is-folder", () => this.#show(true))
    this.on(this, "files-changed", (/** @type {CustomEvent} */ { detail }) => this.#changed(detail))
    this.#path = chosenPath()
    this.#show(this.#path === "")
  }

  /** The address changed, by Back or Forward. */
  follow() {
    if (this.folder.state !== "ready" || chosenPath() === this.#path) return
    this.#path = chosenPath()
    this.#show(this.#path === "")
  }

  /**
   * @param {string} path
   * @param {boolean} isFolder
   */
  #choose(path, isFolder) {
    if (path !== this.#path) history.pushState(null, "", addressOf(path))
    this.#path = path
    this.#show(isFolder)
  }

  /** @param {boolean} isFolder */
  #show(isFolder) {
    const path = this.#path
    this.dataset.shown = isFolder ? "folder" : "file"
    this.#tree.select(path)
    const title = h("h2", { class: "browser__title", tabindex: "-1" }, path || t("files.top"))
    const canWrite = this.folder.access === "write"
    const actions = h(
      "div",
      { class: "row row--wrap" },
      isFolder ? this.#folderTools(canWrite) : this.#fileTools(canWrite),
    )
    const up = h(
      "button",
      { class: "button button--quiet browser__up", type: "button", onclick: () => this.#choose(parentOf(path), true) },
      icon("left"),
      t("files.to_list"),
    )
    fill(
      this.#pane,
      !isFolder && up,
      h("header", { class: "browser__bar" }, title, actions),
      ...this.#below(isFolder, canWrite),
    )
  }

  /**
   * @param {boolean} isFolder
   * @param {boolean} canWrite
   */
  #below(isFolder, canWrite) {
    const changes = new FileChanges(this.folder, this.#path)
    if (!isFolder) return [new FilePreview(this.folder, this.#path), changes]
    return [h("p", { class: "small soft" }, t(canWrite ? "files.choose" : "files.choose_read")), changes]
  }

  /** @param {boolean} canWrite */
  #folderTools(canWrite) {
    const path = this.#path
    return canWrite && [folderActions(this, this.folder, path), path && fileActions(this, this.folder, path)]
  }

  /** @param {boolean} canWrite */
  #fileTools(canWrite) {
    const path = this.#path
    const get = h(
      "button",
      { class: "button button--small", type: "button", onclick: () => void download(this.folder, path) },
      icon("download"),
      t("files.download"),
    )
    return [get, canWrite && fileActions(this, this.folder, path)]
  }

  /**
   * Folders hold other things than before: `open` is one to look into, `path` what to show now.
   * @param {{ open?: string, path?: string, isFolder?: boolean, isUndone?: boolean }} change
   */
  #changed({ open = "", path, isFolder = false, isUndone = false }) {
    this.#tree.open(open)
    void this.#tree.refresh("")
    if (isUndone) this.#pane.querySelector("md-files-preview")?.replaceWith(new FilePreview(this.folder, this.#path))
    else void (/** @type {FileChanges | null} */ (this.#pane.querySelector("md-files-changes"))?.refresh())
    if (path === undefined) return
    this.#choose(path, isFolder)
    const title = this.#pane.querySelector("h2")
    title?.focus()
  }
}

/** @returns {string} */
function chosenPath() {
  return new URLSearchParams(location.search).get("path") ?? ""
}

/** @param {string} path */
function addressOf(path) {
  return path ? `${location.pathname}?${new URLSearchParams({ path })}` : location.pathname
}

define("md-files-browser", FolderBrowser)
