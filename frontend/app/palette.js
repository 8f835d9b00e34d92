/** The command palette: type a little, pick with the arrows, Enter does it. */

import { api } from "../core/api.js"
import { define, MadangElement } from "../core/element.js"
import { fill, h, setAttribute } from "../core/h.js"
import { t } from "../core/i18n.js"
import { navigate } from "../core/router.js"
import { loadStyle } from "../core/style.js"
import { show } from "../parts/dialog.js"
import { icon } from "../parts/icon.js"
import { actions } from "./actions.js"

/** @typedef {import("./actions.js").Action} Action */

await loadStyle(new URL("../styles/palette.css", import.meta.url))

const TYPING_PAUSE_MS = 120
const MOST_CONVERSATIONS = 8

/** Open the palette over the page. */
export function openPalette() {
  const dialog = h("dialog", { class: "dialog palette", "aria-label": t("palette.title") }, new Palette())
  dialog.addEventListener("palette-done", () => dialog.close())
  show(dialog)
}

class Palette extends MadangElement {
  #at = 0
  /** @type {Action[]} */
  #conversations = []
  /** @type {Action[]} */
  #shown = []
  #asking = new AbortController()
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  #list = h("div", { class: "palette__list", role: "listbox", id: "palette-list", "aria-label": t("palette.title") })
  #none = h("p", { class: "palette__none soft", hidden: true })
  #count = h("p", { class: "unseen", role: "status" })
  #input = h("input", {
    class: "palette__input",
    type: "text",
    role: "combobox",
    autofocus: true,
    autocomplete: "off",
    spellcheck: "false",
    placeholder: t("palette.placeholder"),
    "aria-label": t("palette.placeholder"),
    "aria-expanded": true,
    "aria-controls": "palette-list",
    "aria-autocomplete": "list",
  })

  connected() {
    this.append(
      h("div", { class: "palette__head" }, icon("search"), this.#input),
      this.#list,
      this.#none,
      this.#count,
      h(
        "footer",
        { class: "palette__foot tiny soft", "aria-hidden": "true" },
        h("span", {}, h("kbd", {}, "↑"), " ", h("kbd", {}, "↓"), ` ${t("palette.hint.move")}`),
        h("span", {}, h("kbd", {}, t("key.enter")), ` ${t("palette.hint.open")}`),
        h("span", {}, h("kbd", {}, t("key.escape")), ` ${t("palette.hint.close")}`),
      ),
    )
    this.on(this.#input, "input", () => this.#typed())
    this.on(this.#input, "keydown", (/** @type {KeyboardEvent} */ event) => this.#pressed(event))
    void this.#ask()
    this.#draw()
  }

  disconnected() {
    clearTimeout(this.#timer)
    this.#asking.abort()
  }

  #typed() {
    this.#at = 0
    this.#draw()
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#ask(), TYPING_PAUSE_MS)
  }

  async #ask() {
    this.#asking.abort()
    this.#asking = new AbortController()
    const query = new URLSearchParams({ query: this.#input.value.trim(), limit: String(MOST_CONVERSATIONS) })
    try {
      const page = await api.get(`/api/chat/conversations?${query}`, { signal: this.#asking.signal })
      this.#conversations = page.items.map(openConversation)
      this.#draw()
    } catch {
      // The actions work without the list, and the connection dot tells why it is missing.
    }
  }

  #draw() {
    const query = this.#input.value.trim()
    const found = actions().filter(({ label }) => plain(label).includes(plain(query)))
    this.#shown = query ? [...this.#conversations, ...found] : [...found, ...this.#conversations]
    this.#at = Math.min(this.#at, Math.max(this.#shown.length - 1, 0))
    const groups = [this.#group("actions", found), this.#group("conversations", this.#conversations)]
    fill(this.#list, query ? groups.reverse() : groups)
    this.#list.hidden = this.#shown.length === 0
    this.#none.hidden = this.#shown.length > 0
    this.#none.textContent = t("palette.nothing", { query })
    setAttribute(this.#input, "aria-expanded", this.#shown.length > 0)
    this.#count.textContent = t("palette.count", { count: this.#shown.length })
    this.#mark()
  }

  /**
   * @param {"actions" | "conversations"} name
   * @param {Action[]} items
   */
  #group(name, items) {
    if (items.length === 0) return null
    const title = h("p", { class: "palette__title", id: `palette-${name}` }, t(`palette.group.${name}`))
    const options = items.map((item) => this.#option(item))
    return h("div", { role: "group", "aria-labelledby": `palette-${name}` }, title, options)
  }

  /** @param {Action} item */
  #option(item) {
    const index = this.#shown.indexOf(item)
    return h(
      "div",
      {
        class: "palette__option",
        role: "option",
        id: `palette-option-${index}`,
        onclick: () => this.#run(index),
        onpointermove: () => this.#move(index),
      },
      icon(item.icon),
      h("span", { class: "clip" }, item.label),
    )
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.isComposing) return
    const to = { ArrowDown: this.#at + 1, ArrowUp: this.#at - 1 }[event.key]
    if (to !== undefined) this.#move((to + this.#shown.length) % Math.max(this.#shown.length, 1))
    else if (event.key === "Enter") this.#run(this.#at)
    else return
    event.preventDefault()
  }

  /** @param {number} index */
  #move(index) {
    if (index === this.#at) return
    this.#at = index
    this.#mark()
  }

  #mark() {
    for (const option of this.#list.querySelectorAll("[role=option]")) {
      const isHere = option.id === `palette-option-${this.#at}`
      option.setAttribute("aria-selected", String(isHere))
      if (isHere) option.scrollIntoView({ block: "nearest" })
    }
    const active = this.#shown.length > 0 ? `palette-option-${this.#at}` : null
    setAttribute(this.#input, "aria-activedescendant", active)
  }

  /** @param {number} index */
  #run(index) {
    const chosen = this.#shown[index]
    if (!chosen) return
    this.fire("palette-done")
    chosen.run()
  }
}

define("md-palette", Palette)

/**
 * @param {{ id: string, title: string }} conversation
 * @returns {Action}
 */
function openConversation({ id, title }) {
  return { label: title || t("palette.untitled"), icon: "chat", run: () => navigate(`/chat/${id}`) }
}

/** @param {string} text */
function plain(text) {
  return text.normalize("NFC").toLowerCase().replaceAll(/\s+/g, "")
}
