/** Who changed what in an opened folder, or in one path of it, and the way back. */

import { api } from "../../core/api.js"
import { define, MadangElement } from "../../core/element.js"
import { ago } from "../../core/format.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { complain } from "../../parts/complain.js"
import { toast } from "../../parts/toast.js"
import { within } from "./types.js"

/** @typedef {import("./types.js").Folder} Folder */
/** @typedef {{ path: string, kind: "created" | "changed" | "deleted" }} ChangedPath */
/**
 * @typedef {{
 *   id: string, run: string, actor: string, at: string, changed: ChangedPath[],
 *   state: "kept" | "undone" | "too_large" | "unknown" | "dropped",
 * }} Changes
 */

const SHOWN_PATHS = 20

export class FileChanges extends MadangElement {
  #list = h("ol", { class: "changes__list" })
  #said = h("p", { class: "small soft", role: "status" })

  /**
   * @param {Folder} folder
   * @param {string} path only what changed it, or something in it; empty for the whole folder
   */
  constructor(folder, path) {
    super()
    this.folder = folder
    this.path = path
  }

  connected() {
    this.className = "changes"
    fill(this, h("h3", {}, t(this.path ? "files.changes.of" : "files.changes")), this.#said, this.#list)
    void this.refresh()
  }

  /** Look again at what was changed. */
  async refresh() {
    try {
      const { items } = /** @type {{ items: Changes[] }} */ (
        await api.get(within(this.folder, "changes", {}), { signal: this.leaving })
      )
      const mine = items.filter(({ changed }) => this.#isAbout(changed))
      this.#said.textContent = mine.length ? "" : t("files.changes.none")
      fill(this.#list, ...mine.map((one, at) => this.#row(one, mine[at - 1]?.run !== one.run)))
    } catch (error) {
      complain(error)
    }
  }

  /** @param {ChangedPath[]} changed */
  #isAbout(changed) {
    return !this.path || changed.some(({ path }) => path === this.path || path.startsWith(`${this.path}/`))
  }

  /**
   * @param {Changes} one
   * @param {boolean} isFirst whether it is the newest of its run in the list
   */
  #row(one, isFirst) {
    const canUndo = this.folder.access === "write" && (one.state === "kept" || one.state === "undone")
    const isRun = isFirst && one.run && canUndo && !this.path
    const said = h("span", { class: "small soft number" }, t("files.changes.by", { who: who(one), when: ago(one.at) }))
    const buttons = [
      isRun && button(t("files.changes.undo_run"), () => this.#undo(`runs/${encodeURIComponent(one.run)}/undo`, null)),
      canUndo && button(label(one), () => this.#undo(`changes/${one.id}/undo`, one)),
    ]
    return h(
      "li",
      { class: "changes__row" },
      h(
        "div",
        { class: "row row--wrap" },
        said,
        one.state !== "kept" && chip(one),
        h("span", { class: "push" }),
        buttons,
      ),
      paths(one.changed),
    )
  }

  /**
   * @param {string} where
   * @param {Changes | null} one
   * @param {string[]} over
   */
  async #undo(where, one, over = []) {
    try {
      const body = one ? { paths: over, over } : undefined
      const states = /** @type {Record<string, string>} */ (await api.post(within(this.folder, where), body))
      const kept = Object.keys(states).filter((path) => states[path] === "conflict")
      const done = Object.values(states).filter((state) => state === "restored").length
      if (done) toast(t("files.changes.done", { count: done }))
      this.fire("files-changed", { isUndone: true })
      await this.refresh()
      if (kept.length) this.#tellKept(kept, where, one)
    } catch (error) {
      complain(error)
    }
  }

  /**
   * Say what was left because somebody changed it since, and offer to put that back too.
   * @param {string[]} kept
   * @param {string} where
   * @param {Changes | null} one
   */
  #tellKept(kept, where, one) {
    const over = one && button(t("files.changes.over"), () => this.#undo(where, one, kept))
    fill(this.#said, t("files.changes.kept", { paths: kept.slice(0, 5).join(", "), count: kept.length }), " ", over)
  }
}

/**
 * @param {string} words
 * @param {() => unknown} onclick
 */
function button(words, onclick) {
  return h("button", { class: "button button--small", type: "button", onclick }, words)
}

/** @param {Changes} one */
function label({ state }) {
  return t(state === "undone" ? "files.changes.undo_again" : "files.changes.undo")
}

/** @param {Changes} one */
function who({ actor, run }) {
  return actor === "person" && !run ? t("files.changes.person") : t("files.changes.agent")
}

/** @param {Changes} one */
function chip({ state }) {
  return h("span", { class: "chip" }, t(`files.changes.state.${state}`))
}

/** @param {ChangedPath[]} changed */
function paths(changed) {
  const shown = changed.slice(0, SHOWN_PATHS)
  const items = shown.map(({ path, kind }) =>
    h("li", {}, h("span", { class: "soft small" }, t(`files.changes.${kind}`)), " ", h("bdi", { class: "mono" }, path)),
  )
  const left = changed.length - shown.length
  return h(
    "ul",
    { class: "changes__paths" },
    items,
    left > 0 && h("li", { class: "soft small" }, t("files.changes.more", { count: left })),
  )
}

define("md-files-changes", FileChanges)
