/** Usage: what the calls of a period took. Period, grouping and measure stand in the address. */

import { api, errorText } from "../../core/api.js"
import { define, MadangElement } from "../../core/element.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { preferences } from "../../core/preferences.js"
import { navigate, setTitle } from "../../core/router.js"
import { loadStyle } from "../../core/style.js"
import { complain } from "../../parts/complain.js"
import { choice as choiceField, toggle } from "../../parts/field.js"
import { icon } from "../../parts/icon.js"
import { UsageCalls } from "./calls.js"
import { UsageCaps } from "./caps.js"
import { addressOf, daysOf, GROUPINGS, MEASURES, PERIODS, readChoice } from "./choice.js"
import { groupName } from "./figures.js"
import { health } from "./health.js"
import { openRate } from "./rate.js"
import { series } from "./series.js"
import { sideways, sumsTable } from "./table.js"
import { tiles } from "./tiles.js"
import { UsageWhatIf } from "./whatif.js"

/** @typedef {import("../../core/router.js").Route} Route */
/** @typedef {import("./choice.js").Choice} Choice */
/** @typedef {import("./types.js").Report} Report */

await loadStyle(new URL("../../styles/usage.css", import.meta.url))

export class UsagePage extends MadangElement {
  /** @type {Route} */
  #route = { page: "usage", part: null, path: "/usage" }
  #choice = readChoice(location.search)
  #round = 0
  /** @type {{ over: Report, grouped: Report, days: URLSearchParams } | null} */
  #data = null
  #head = h("header", { class: "usage__head" })
  #body = h("div", { class: "usage__body" })
  #parts = h("div", { class: "usage__parts" })
  /** The days that are framed; empty where they have no calls. @type {string | null} */
  #framed = null

  /** @param {Route} route */
  set route(route) {
    this.#route = route
    if (this.isConnected) this.#choose(readChoice(location.search))
  }

  get route() {
    return this.#route
  }

  connected() {
    this.className = "usage"
    setTitle(t("usage.title"))
    this.append(this.#head, new UsageCaps(), this.#body)
    this.on(preferences, "change", () => this.#draw())
    this.#drawHead()
    void this.#load()
  }

  /** Another choice is another address, and Back leads to the one before. @param {Partial<Choice>} changed */
  #move(changed) {
    const next = { ...this.#choice, ...changed }
    history.pushState(null, "", addressOf(next))
    this.#choose(next)
  }

  /** @param {Choice} next */
  #choose(next) {
    const { period, by } = this.#choice
    this.#choice = next
    this.#drawHead()
    if (next.period === period && next.by === by) this.#draw()
    else void this.#load()
  }

  async #load() {
    const round = ++this.#round
    const { period, by } = this.#choice
    const days = daysOf(period)
    this.setAttribute("aria-busy", "true")
    try {
      const step = period === "today" ? "hour" : "day"
      const [over, grouped] = await Promise.all([step, by].map((one) => api.get(`/api/usage?${days}&by=${one}`)))
      if (round !== this.#round) return
      this.#data = { over, grouped, days }
      this.#draw()
    } catch (error) {
      if (round === this.#round && this.isConnected) this.#problem(error)
    }
    this.removeAttribute("aria-busy")
  }

  #drawHead() {
    const focused = this.#focusedKey()
    const periods = this.#radios("period", PERIODS, this.#choice.period, (period) => this.#move({ period }))
    fill(this.#head, h("h1", { tabindex: "-1" }, t("usage.title")), periods, this.#tools())
    this.#refocus(focused)
  }

  #tools() {
    return h(
      "div",
      { class: "row row--wrap" },
      h("button", { class: "button button--quiet", type: "button", onclick: openRate }, t("usage.rate.open")),
      h(
        "button",
        { class: "button", type: "button", onclick: () => void this.#export() },
        icon("download"),
        h("span", {}, t("usage.export")),
      ),
    )
  }

  #draw() {
    if (!this.#data) return
    const { over, grouped, days } = this.#data
    const focused = this.#focusedKey()
    if (over.totals.calls === 0) this.#frame("", () => [empty()])
    else this.#frame(String(days), () => [this.#parts, whatIf(grouped, days), new UsageCalls(days)])
    fill(this.#parts, tiles(over), this.#series(over), this.#groups(grouped), health(over))
    this.#refocus(focused)
  }

  /**
   * What does not depend on how the sums are shown stays as it is while the days are the same.
   * @param {string} days
   * @param {() => HTMLElement[]} make
   */
  #frame(days, make) {
    if (this.#framed === days) return
    this.#framed = days
    fill(this.#body, make())
  }

  /** @param {Report} over */
  #series(over) {
    const { measure, table } = this.#choice
    const measures = this.#radios("measure", MEASURES, measure, (next) => this.#move({ measure: next }))
    const view = toggle({
      label: t("usage.view.table"),
      checked: table,
      onchange: (next) => this.#move({ table: next }),
    })
    return h(
      "section",
      { class: "card stack" },
      h("header", { class: "usage__bar" }, h("h2", {}, t(`usage.over.${over.by}`)), measures, view),
      series(over, measure, table),
    )
  }

  /** @param {Report} grouped */
  #groups(grouped) {
    const { by } = this.#choice
    const title = t(`usage.by.${by}`)
    const rows = grouped.groups.map((group) => ({ name: groupName(by, group), sums: group.sums }))
    const table = sumsTable({ caption: title, first: t(`usage.group.${by}`), rows, totals: grouped.totals })
    return h(
      "section",
      { class: "card stack" },
      h(
        "header",
        { class: "usage__bar" },
        h("h2", {}, title),
        this.#radios("group", GROUPINGS, by, (next) => this.#move({ by: next })),
      ),
      sideways(title, table),
    )
  }

  /**
   * @param {string} name
   * @param {string[]} values
   * @param {string} value
   * @param {(value: string) => void} onchange
   */
  #radios(name, values, value, onchange) {
    const options = values.map((one) => ({ value: one, label: t(`usage.${name}.${one}`) }))
    const box = choiceField({ label: t(`usage.${name}.label`), name: `usage-${name}`, options, value, onchange })
    box.querySelector("legend")?.classList.add("unseen")
    return box
  }

  /** @param {unknown} error */
  #problem(error) {
    const again = h("button", { class: "button", type: "button", onclick: () => void this.#load() }, t("parts.retry"))
    this.#framed = null
    fill(this.#body, h("div", { class: "empty" }, h("p", {}, errorText(error)), again))
  }

  async #export() {
    try {
      const days = daysOf(this.#choice.period)
      const answer = await api.raw(`/api/usage/calls.csv?${days}`)
      const address = URL.createObjectURL(await answer.blob())
      h("a", { href: address, download: `madang-usage-${days.get("from")}-${days.get("to")}.csv` }).click()
      setTimeout(() => URL.revokeObjectURL(address), 10_000)
    } catch (error) {
      complain(error)
    }
  }

  #focusedKey() {
    return this.contains(document.activeElement) ? document.activeElement?.getAttribute("data-key") : null
  }

  /** What is drawn anew under the hands of somebody keeps the focus. @param {string | null | undefined} key */
  #refocus(key) {
    const found = key && this.querySelector(`[data-key="${CSS.escape(key)}"]`)
    if (found instanceof HTMLElement) found.focus()
  }
}

/**
 * @param {Report} grouped
 * @param {URLSearchParams} days
 */
function whatIf(grouped, days) {
  const used = grouped.by === "model" ? grouped.groups.map(({ key }) => String(key)) : []
  return new UsageWhatIf(days, used)
}

function empty() {
  const go = h(
    "button",
    { class: "button button--main", type: "button", onclick: () => navigate("/chat") },
    t("usage.empty.go"),
  )
  return h("div", { class: "empty" }, h("p", {}, t("usage.empty.text")), go)
}

define("md-usage-page", UsagePage)
