/** The inbox: the questions that wait for the person, and below them those that are closed. */

import { api, errorText } from "../../core/api.js"
import { define, MadangElement } from "../../core/element.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { live } from "../../core/live.js"
import { setTitle } from "../../core/router.js"
import { loadStyle } from "../../core/style.js"
import { icon } from "../../parts/icon.js"
import { QuestionCard } from "./card.js"
import { Past } from "./past.js"

/** @typedef {import("./types.js").Question} Question */
/** @typedef {import("./types.js").Listed} Listed */

await Promise.all(["inbox", "markdown"].map((name) => loadStyle(new URL(`../../styles/${name}.css`, import.meta.url))))

export class InboxPage extends MadangElement {
  /** @type {import("../../core/router.js").Route} */
  route = { page: "inbox", part: null, path: "/inbox" }
  /** @type {Map<string, QuestionCard>} */
  #cards = new Map()
  #round = 0
  #list = h("div", { class: "inbox__list" })
  #count = h("p", { class: "soft", role: "status" })

  connected() {
    this.className = "inbox"
    setTitle(t("inbox.title"))
    const event = (/** @type {{ kind: string }} */ { kind }) => {
      if (kind === "approvals.changed") void this.#load()
    }
    this.onLeave(live.follow("app", null, { event, resync: () => void this.#load() }))
    fill(
      this,
      h("header", { class: "inbox__top" }, h("h1", { tabindex: "-1" }, t("inbox.title")), this.#count),
      this.#list,
      new Past(),
    )
    void this.#load()
  }

  async #load() {
    const round = ++this.#round
    this.setAttribute("aria-busy", "true")
    try {
      const { items } = await api.get("/api/permissions/pending?limit=100", { signal: this.leaving })
      const wanted = new Set([...this.#cards.keys(), ...items.map((/** @type {Listed} */ { id }) => id)])
      const found = await Promise.all(
        [...wanted].map((id) =>
          api.get(`/api/permissions/pending/${encodeURIComponent(id)}`, { signal: this.leaving }),
        ),
      )
      if (round === this.#round) this.#draw(found)
    } catch (error) {
      if (round === this.#round && this.isConnected) this.#problem(error)
    }
    if (round === this.#round) this.removeAttribute("aria-busy")
  }

  /** Cards stay where they are while somebody reads them; those answered elsewhere say so in their place. @param {Question[]} questions */
  #draw(questions) {
    const isFirst = this.#cards.size === 0
    for (const question of questions) {
      const card = this.#cards.get(question.id)
      if (card) card.become(question)
      else this.#cards.set(question.id, new QuestionCard(question))
    }
    const waiting = questions.filter(({ state }) => state === "pending").length
    this.#count.textContent = waiting > 0 ? t("inbox.waiting", { count: waiting }) : ""
    if (this.#cards.size === 0) return fill(this.#list, empty())
    this.#place()
    const free = document.activeElement === document.body || document.activeElement?.id === "main"
    if (isFirst && free) this.#cards.values().next().value?.deny?.focus({ preventScroll: true })
  }

  /** Alike questions stand together, under one line that can deny them all. */
  #place() {
    for (const [key, cards] of Map.groupBy(this.#cards.values(), ({ question }) => likeness(question))) {
      const place = this.#group(key)
      for (const card of cards) if (card.parentElement !== place) place.append(card)
      const open = cards.filter(({ question }) => question.state === "pending")
      fill(
        /** @type {Element} */ (place.firstElementChild),
        open.length > 1 && [
          h("span", { class: "soft" }, t("inbox.alike", { count: open.length })),
          h(
            "button",
            {
              class: "button button--small",
              type: "button",
              onclick: () => {
                for (const card of open) card.deny?.click()
              },
            },
            t("inbox.deny_all"),
          ),
        ],
      )
    }
    this.#list.querySelector(":scope > .empty")?.remove()
  }

  /** @param {string} key */
  #group(key) {
    const there = [...this.#list.children].find((one) => one instanceof HTMLElement && one.dataset.like === key)
    if (there) return there
    const made = h("section", { class: "inbox__group", dataset: { like: key } }, h("div", { class: "row row--wrap" }))
    this.#list.append(made)
    return made
  }

  /** @param {unknown} error */
  #problem(error) {
    const again = h("button", { class: "button", type: "button", onclick: () => void this.#load() }, t("parts.retry"))
    this.#cards.clear()
    fill(this.#list, h("div", { class: "empty" }, h("p", {}, errorText(error)), again))
  }
}

/** What makes questions alike: the same kind of thing, wanted by the same run with the same program. @param {Question} question */
function likeness({ action, run }) {
  return JSON.stringify([action.kind, action.actor.kind, action.actor.id, run, action.program?.path ?? ""])
}

function empty() {
  return h("div", { class: "empty inbox__empty" }, icon("inbox"), h("p", {}, t("inbox.empty")))
}

define("md-inbox-page", InboxPage)
