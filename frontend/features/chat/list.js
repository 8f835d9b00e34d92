/** The list of conversations: a new one, search by title, grouped by day, and each with its menu. */

import { api } from "../../core/api.js"
import { define, MadangElement } from "../../core/element.js"
import { fill, h, setAttribute } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { live } from "../../core/live.js"
import { navigate } from "../../core/router.js"
import { byDay } from "./days.js"
import { ListItem } from "./list_item.js"

/** @typedef {import("./types.js").Conversation} Conversation */

const TYPING_PAUSE_MS = 150
const PAGE_SIZE = 50

export class ChatList extends MadangElement {
  /** @type {Map<string, Conversation>} */
  #found = new Map()
  /** @type {Map<string, ListItem>} */
  #items = new Map()
  /** @type {string | null} */
  #current = null
  /** @type {string | null} */
  #cursor = null
  #isArchive = false
  #asking = new AbortController()
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer

  #search = h("input", {
    class: "control list__search",
    type: "search",
    id: "chat-search",
    placeholder: t("chat.search"),
    "aria-label": t("chat.search"),
  })
  #groups = h("nav", { class: "list__groups", "aria-label": t("chat.list") })
  #more = h("button", { class: "button button--quiet", type: "button", hidden: true }, t("chat.list.more"))
  #archive = h("button", { class: "button button--quiet list__archive", type: "button", "aria-pressed": "false" })

  /** @override */
  connected() {
    this.className = "list"
    this.append(
      h(
        "button",
        { class: "button button--main list__new", type: "button", onclick: () => this.#begin() },
        t("chat.new"),
      ),
      this.#search,
      this.#groups,
      this.#more,
      this.#archive,
    )
    this.on(this.#search, "input", () => this.#typed())
    this.on(this.#more, "click", () => void this.#ask(this.#cursor))
    this.on(this.#archive, "click", () => this.#turn())
    this.onLeave(live.follow("app", null, { event: (event) => this.#heed(event), resync: () => void this.#ask(null) }))
    this.#nameArchive()
    void this.#ask(null)
  }

  /** @override */
  disconnected() {
    clearTimeout(this.#timer)
    this.#asking.abort()
  }

  /** @param {string | null} id */
  set current(id) {
    this.#current = id
    this.#mark()
  }

  /** Keep up with what happened to conversations anywhere. @param {import("../../core/live.js").LiveEvent} event */
  #heed({ kind, data }) {
    if (!kind.startsWith("conversation.")) return
    const conversation = /** @type {Conversation} */ (data.conversation)
    const belongs =
      !conversation.deleted && kind !== "conversation.deleted" && conversation.archived === this.#isArchive
    const wanted = conversation.title.toLowerCase().includes(this.#search.value.trim().toLowerCase())
    if (belongs && wanted) this.#found.set(conversation.id, conversation)
    else this.#found.delete(conversation.id)
    this.#draw()
  }

  #begin() {
    navigate("/chat")
    const input = document.querySelector("[data-shortcut='/']")
    if (input instanceof HTMLElement) input.focus()
  }

  #typed() {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#ask(null), TYPING_PAUSE_MS)
  }

  #turn() {
    this.#isArchive = !this.#isArchive
    this.#nameArchive()
    void this.#ask(null)
  }

  #nameArchive() {
    this.#archive.textContent = t(this.#isArchive ? "chat.list.current" : "chat.list.archive")
    this.#archive.setAttribute("aria-pressed", String(this.#isArchive))
  }

  /** @param {string | null} cursor */
  async #ask(cursor) {
    this.#asking.abort()
    this.#asking = new AbortController()
    const query = new URLSearchParams({ limit: String(PAGE_SIZE), archived: String(this.#isArchive) })
    if (this.#search.value.trim()) query.set("query", this.#search.value.trim())
    if (cursor) query.set("cursor", cursor)
    try {
      const page = await api.get(`/api/chat/conversations?${query}`, { signal: this.#asking.signal })
      if (!cursor) this.#found.clear()
      for (const one of page.items) this.#found.set(one.id, one)
      this.#cursor = page.next_cursor
      this.#draw()
    } catch {
      // The list stays as it was; the connection dot tells why.
    }
  }

  #draw() {
    const focused = this.contains(document.activeElement) ? document.activeElement : null
    const place = this.#rows.findIndex((row) => row.contains(focused))
    const sorted = [...this.#found.values()].sort((a, b) => (a.updated_at < b.updated_at ? 1 : -1))
    const none = h(
      "p",
      { class: "list__none soft small" },
      t(this.#search.value ? "chat.list.none_found" : "chat.list.none"),
    )
    const groups = [...byDay(sorted)].map(([heading, some]) =>
      group(
        heading,
        some.map((one) => this.#item(one)),
      ),
    )
    fill(this.#groups, groups.length > 0 ? groups : none)
    this.#more.hidden = !this.#cursor
    this.#mark()
    if (focused instanceof HTMLElement && focused.isConnected) focused.focus()
    else if (focused) this.#focusNear(place)
  }

  get #rows() {
    return [...this.#groups.querySelectorAll(".list__item")]
  }

  /** What had the focus is gone: it goes to what stands in its place. @param {number} place */
  #focusNear(place) {
    const row = this.#rows[Math.min(place, this.#rows.length - 1)]
    const next = (row ?? this).querySelector("a, button")
    if (next instanceof HTMLElement) next.focus()
  }

  #mark() {
    for (const item of this.querySelectorAll("[data-conversation]")) {
      const isCurrent = item.getAttribute("data-conversation") === this.#current
      const link = item.querySelector("a")
      if (link) setAttribute(link, "aria-current", isCurrent ? "page" : null)
    }
  }

  /** The item of a conversation stays the same element, for it may hold the focus. @param {Conversation} conversation */
  #item(conversation) {
    const item = this.#items.get(conversation.id) ?? new ListItem()
    this.#items.set(conversation.id, item)
    item.show(conversation)
    return item.element
  }
}

/**
 * @param {string} heading
 * @param {HTMLElement[]} items
 */
function group(heading, items) {
  return h(
    "section",
    { class: "list__group" },
    h("h2", { class: "list__day" }, heading),
    h("ul", { role: "list" }, items),
  )
}

define("md-chat-list", ChatList)
