/** The calls of a period, the newest first: each one's receipt, and a way to the conversation it belongs to. */

import { api } from "../../core/api.js"
import { define, MadangElement } from "../../core/element.js"
import { duration, moment, money, number } from "../../core/format.js"
import { add, fill, h } from "../../core/h.js"
import { hasText, t } from "../../core/i18n.js"
import { chip } from "../../parts/chip.js"
import { complain } from "../../parts/complain.js"
import { groupName } from "./figures.js"
import { sideways } from "./table.js"

/** @typedef {import("./types.js").Call} Call */

const AT_ONCE = 20
const COLUMNS = ["time", "model", "feature", "prompt_tokens", "completion_tokens", "cost", "latency", "end", "again"]

export class UsageCalls extends MadangElement {
  #body = h("tbody")
  #foot = h("div")
  /** @type {string | null} */
  #cursor = null

  /** @param {URLSearchParams} days */
  constructor(days) {
    super()
    this.days = days
  }

  connected() {
    this.className = "card stack"
    const title = t("usage.calls.title")
    const heads = COLUMNS.map((name) => h("th", { scope: "col" }, t(`usage.column.${name}`)))
    const table = h(
      "table",
      { class: "usage__table usage__table--calls" },
      h("caption", { class: "unseen" }, title),
      h("thead", {}, h("tr", {}, heads)),
      this.#body,
    )
    fill(this, h("h2", {}, title), sideways(title, table), this.#foot)
    void this.#more()
  }

  async #more() {
    const query = new URLSearchParams(this.days)
    query.set("limit", String(AT_ONCE))
    if (this.#cursor) query.set("cursor", this.#cursor)
    try {
      const page = await api.get(`/api/usage/calls?${query}`, { signal: this.leaving })
      this.#cursor = page.next_cursor
      add(this.#body, ...page.items.map(row))
      this.#drawFoot()
    } catch (error) {
      if (!this.leaving.aborted) complain(error)
    }
  }

  /** The button stays the same one, so that the focus does. */
  #drawFoot() {
    if (this.#cursor === null) return fill(this.#foot)
    if (this.#foot.firstElementChild) return
    const onclick = () => void this.#more()
    fill(this.#foot, h("button", { class: "button", type: "button", onclick }, t("usage.calls.more")))
  }
}

/** @param {Call} call */
function row(call) {
  const when = moment(call.created_at)
  const link = call.conversation_id && h("a", { href: `/chat/${call.conversation_id}` }, when)
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, link || when),
    h("td", {}, call.model),
    h("td", {}, groupName("feature", { key: call.feature, name: null })),
    h("td", {}, counted(call.prompt_tokens)),
    h("td", {}, counted(call.completion_tokens)),
    h("td", {}, money(call.cost_microusd)),
    h("td", {}, call.latency_ms === null ? "–" : duration(call.latency_ms)),
    h("td", {}, end(call)),
    h("td", {}, call.turn_id !== null && again(call, when)),
  )
}

/**
 * @param {Call} call
 * @param {string} when
 */
function again(call, when) {
  const label = t("usage.replay.of", { when })
  const open = () => import("./replay.js").then(({ openReplay }) => openReplay(call)).catch(complain)
  const props = { class: "button button--small", type: "button", "aria-label": label, onclick: () => void open() }
  return h("button", props, t("usage.replay.open"))
}

/** @param {number | null} count */
function counted(count) {
  return count === null ? "–" : number(count)
}

/** @param {Call} call */
function end({ status, error_code: code, cache, saved_microusd: saved }) {
  if (cache === "similar") return chip(t("usage.calls.similar", { sum: money(saved ?? 0) }), "kept")
  if (cache !== "miss" && cache !== "off") return chip(t("usage.calls.kept", { sum: money(saved ?? 0) }), "kept")
  if (status === "done") return t("usage.calls.done")
  if (status === "cancelled") return chip(t("usage.calls.cancelled"))
  const key = `usage.error.${code}`
  return chip(hasText(key) ? t(key) : (code ?? t("usage.calls.lost")), "danger")
}

define("md-usage-calls", UsageCalls)
