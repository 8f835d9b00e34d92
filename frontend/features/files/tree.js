/** The files of a folder as a tree: fetched a folder at a time, walked with the arrow keys. */

import { api } from "../../core/api.js"
import { define, MadangElement } from "../../core/element.js"
import { bytes } from "../../core/format.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { complain } from "../../parts/complain.js"
import { icon } from "../../parts/icon.js"
import { join, parentOf, within } from "./types.js"

/** @typedef {import("./types.js").Entry} Entry */
/** @typedef {import("./types.js").Folder} Folder */
/** @typedef {import("./types.js").Listing} Listing */
/** @typedef {{ path: string, level: number, type: string, cursor?: string }} Node `more` stands for what is not fetched yet */

export class FileTree extends MadangElement {
  /** @type {WeakMap<Element, Node>} */
  #nodes = new WeakMap()
  /** Folders that are open, by path. @type {Set<string>} */
  #open = new Set()
  #selected = ""

  /**
   * @param {Folder} folder
   * @param {string} selected a path; the folders above it are opened
   */
  constructor(folder, selected) {
    super()
    this.folder = folder
    this.#selected = selected
    this.open(parentOf(selected))
  }

  connected() {
    this.className = "tree"
    this.setAttribute("role", "tree")
    this.setAttribute("aria-label", t("files.tree", { name: this.folder.name }))
    this.on(this, "keydown", (/** @type {KeyboardEvent} */ event) => this.#pressed(event))
    this.on(this, "click", ({ target }) => {
      const row = target instanceof Element ? target.closest("[role=treeitem]") : null
      if (row instanceof HTMLElement) this.#act(row)
    })
    void this.refresh("")
  }

  /** Show which path is open beside the tree. @param {string} path */
  select(path) {
    this.#selected = path
    for (const row of this.#rows) row.setAttribute("aria-selected", String(this.#at(row).path === path))
  }

  /** Let a folder be open, and those above it, from the next `refresh` on. @param {string} path */
  open(path) {
    for (let one = path; one; one = parentOf(one)) this.#open.add(one)
  }

  /** Fetch a folder and what is open in it anew. @param {string} path */
  async refresh(path) {
    const row = this.#rows.find((one) => this.#at(one).path === path && this.#at(one).type === "folder") ?? null
    if (path && !row) return
    if (row && !this.#open.has(path)) return
    const focused = this.contains(document.activeElement) ? this.#at(document.activeElement).path : null
    await this.#fetch(path, row ? this.#at(row).level + 1 : 1, row, true)
    if (focused !== null) this.#focus(this.#rows.find((one) => this.#at(one).path === focused) ?? this.#rows[0])
  }

  /** @returns {HTMLElement[]} */
  get #rows() {
    return /** @type {HTMLElement[]} */ ([...this.querySelectorAll(":scope > [role=treeitem]")])
  }

  /** @param {Element | null} row @returns {Node} */
  #at(row) {
    return (row && this.#nodes.get(row)) ?? { path: "", level: 0, type: "folder" }
  }

  /**
   * Fetch a page of a folder and show it behind a row; `anew` takes away what stood there.
   * @param {string} path
   * @param {number} level
   * @param {HTMLElement | null} after
   * @param {boolean} anew
   * @param {string} [cursor]
   */
  async #fetch(path, level, after, anew, cursor) {
    try {
      const query = { path, ...(cursor ? { cursor } : {}) }
      const listing = /** @type {Listing} */ (
        await api.get(within(this.folder, "list", query), { signal: this.leaving })
      )
      // It may have been shut meanwhile, or drawn anew, or this very page of it came already.
      if (after && (!after.isConnected || (path && !this.#open.has(path)))) return []
      if (anew) this.#shut(after)
      const rows = this.#rowsOf(listing, path, level)
      if (after) after.after(...rows)
      else fill(this, rows)
      if (rows.length === 0 && level === 1) this.#note(t("files.tree.empty"))
      this.#rove()
      const opened = rows.filter((row) => this.#at(row).type === "folder" && this.#open.has(this.#at(row).path))
      for (const row of opened) await this.#fetch(this.#at(row).path, level + 1, row, true)
      return rows
    } catch (error) {
      if (!this.leaving.aborted) complain(error)
      return []
    }
  }

  /**
   * @param {Listing} listing
   * @param {string} path
   * @param {number} level
   */
  #rowsOf(listing, path, level) {
    const rows = listing.items.map((entry) => this.#row(entry, path, level))
    const { next_cursor: cursor, is_truncated: isCut } = listing
    if (cursor) rows.push(this.#extra({ path, level, type: "more", cursor }, t("files.tree.more")))
    else if (isCut) rows.push(this.#extra({ path, level, type: "cut" }, t("files.tree.cut")))
    return rows
  }

  /**
   * @param {Entry} entry
   * @param {string} folder
   * @param {number} level
   */
  #row({ name, type, size_bytes: size, can_be_asked: canBeAsked }, folder, level) {
    const path = join(folder, name)
    const isFolder = type === "folder"
    const row = h(
      "div",
      {
        class: "tree__row",
        role: "treeitem",
        tabindex: "-1",
        "aria-level": level,
        "aria-selected": path === this.#selected,
        "aria-disabled": canBeAsked && (isFolder || type === "file") ? null : true,
        ...(isFolder ? { "aria-expanded": this.#open.has(path) } : {}),
        dataset: { level: String(Math.min(level, 9)), path },
      },
      isFolder ? icon("right") : h("span", { class: "tree__gap" }),
      icon(isFolder ? "folder" : "file"),
      h("span", { class: "clip grow" }, name),
      type === "link" && h("span", { class: "tiny soft" }, t("files.tree.link")),
      type === "file" && size !== null && h("span", { class: "tiny soft number" }, bytes(size)),
    )
    this.#nodes.set(row, { path, level, type: canBeAsked ? type : "other" })
    return row
  }

  /**
   * @param {Node} node
   * @param {string} text
   */
  #extra(node, text) {
    const props = {
      class: "tree__row tree__row--extra",
      role: "treeitem",
      tabindex: "-1",
      "aria-level": node.level,
      "aria-disabled": node.type === "cut" ? true : null,
      dataset: { level: String(Math.min(node.level, 9)) },
    }
    const row = h("div", props, h("span", { class: "tree__gap" }), h("span", {}, text))
    this.#nodes.set(row, node)
    return row
  }

  /** @param {string} text */
  #note(text) {
    fill(this, this.#extra({ path: "", level: 1, type: "cut" }, text))
  }

  /** Take away what stands below a row. @param {HTMLElement | null} row */
  #shut(row) {
    const { level } = this.#at(row)
    let next = row ? row.nextElementSibling : null
    while (next && this.#at(next).level > level) {
      const gone = next
      next = next.nextElementSibling
      gone.remove()
    }
  }

  /** @param {HTMLElement} row */
  async #toggle(row) {
    const { path, level } = this.#at(row)
    const isOpen = !this.#open.has(path)
    row.setAttribute("aria-expanded", String(isOpen))
    if (isOpen) {
      this.#open.add(path)
      await this.#fetch(path, level + 1, row, true)
    } else {
      this.#open.delete(path)
      this.#shut(row)
    }
  }

  /** @param {HTMLElement} row */
  #act(row) {
    const { type, path } = this.#at(row)
    this.#focus(row)
    if (type === "more") return void this.#more(row)
    if (type === "folder") void this.#toggle(row)
    if (type === "folder" || type === "file") this.fire("file-chosen", { path, type })
  }

  /** The focus goes on to the first of what was fetched. @param {HTMLElement} row */
  async #more(row) {
    const { path, level, cursor } = this.#at(row)
    const rows = await this.#fetch(path, level, row, false, cursor)
    if (rows.length === 0) return
    row.remove()
    this.#focus(rows[0])
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const row = /** @type {HTMLElement | null} */ (document.activeElement)
    if (!row || !this.#nodes.has(row) || event.ctrlKey || event.metaKey || event.altKey) return
    const rows = this.#rows
    const at = rows.indexOf(row)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key]
    if (to !== undefined) this.#focus(rows[Math.max(0, Math.min(to, rows.length - 1))])
    else if (event.key === "ArrowRight" || event.key === "ArrowLeft") this.#sideways(row, event.key === "ArrowRight")
    else if (event.key === "Enter" || event.key === " ") this.#act(row)
    else return
    event.preventDefault()
  }

  /**
   * Right opens a folder, then goes in; Left shuts it, then goes to the one above.
   * @param {HTMLElement} row
   * @param {boolean} isRight
   */
  #sideways(row, isRight) {
    const { type, path, level } = this.#at(row)
    const isOpen = type === "folder" && this.#open.has(path)
    if (type === "folder" && isOpen !== isRight) return void this.#toggle(row)
    const next = row.nextElementSibling
    if (isRight) return isOpen && this.#at(next).level > level ? this.#focus(/** @type {HTMLElement} */ (next)) : null
    return this.#focus(
      this.#rows.find((one) => this.#at(one).path === parentOf(path) && this.#at(one).type === "folder"),
    )
  }

  /** @param {HTMLElement | undefined} row */
  #focus(row) {
    if (!row) return
    this.#rove(row)
    row.focus()
  }

  /** One row can be tabbed to: the one that had the focus, else the chosen one, else the first. @param {HTMLElement} [to] */
  #rove(to) {
    const rows = this.#rows
    const chosen =
      to ??
      rows.find((row) => row.tabIndex === 0) ??
      rows.find((row) => row.getAttribute("aria-selected") === "true") ??
      rows[0]
    for (const row of rows) row.tabIndex = row === chosen ? 0 : -1
  }
}

define("md-files-tree", FileTree)
