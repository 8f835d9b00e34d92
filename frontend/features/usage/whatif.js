/** What the same tokens would have cost on another model. */

import { api, errorText } from "../../core/api.js"
import { define, MadangElement } from "../../core/element.js"
import { date, number } from "../../core/format.js"
import { add, fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { field, fieldError } from "../../parts/field.js"
import { bothMoneys } from "./figures.js"

/** @typedef {import("./types.js").WhatIf} Answer */

export class UsageWhatIf extends MadangElement {
  #choices = h("datalist", { id: "usage-models" })
  #answer = h("div", { class: "usage__answer", role: "status" })
  #input = h("input", { type: "text", name: "on", list: "usage-models", autocomplete: "off", spellcheck: "false" })

  /**
   * @param {URLSearchParams} days
   * @param {string[]} used models that were used in these days
   */
  constructor(days, used) {
    super()
    this.days = days
    this.used = used
  }

  connected() {
    this.className = "card stack"
    const go = h("button", { class: "button", type: "submit" }, t("usage.what_if.go"))
    this.#input.placeholder = "openai/gpt-4o-mini"
    const box = field({ label: t("usage.what_if.model"), control: this.#input, after: go })
    const form = h("form", { class: "stack" }, box, this.#choices)
    this.on(form, "submit", (event) => {
      event.preventDefault()
      void this.#ask(box)
    })
    fill(this, h("h2", {}, t("usage.what_if.title")), h("p", { class: "soft small" }, t("usage.what_if.lead")), form)
    add(this, this.#answer)
    void this.#offer()
  }

  /** Names can be typed, so it does no harm where the list does not come. */
  async #offer() {
    const listed = await api.get("/api/settings/models", { signal: this.leaving }).catch(() => [])
    const priced = listed.filter((/** @type {any} */ one) => one.price && !one.is_free)
    const names = new Set([...priced.map((/** @type {{ id: string }} */ { id }) => id), ...this.used])
    fill(
      this.#choices,
      [...names].map((value) => h("option", { value })),
    )
  }

  /** @param {HTMLElement} box */
  async #ask(box) {
    const on = this.#input.value.trim()
    fieldError(box, on ? "" : t("usage.what_if.missing"))
    if (!on) return
    try {
      this.#show(await api.get(`/api/usage/what-if?${this.days}&on=${encodeURIComponent(on)}`))
    } catch (error) {
      fill(this.#answer)
      fieldError(box, errorText(error))
    }
  }

  /** @param {Answer} found */
  #show(found) {
    const { model, cost_microusd: cost, paid_microusd: paid, price_date: day } = found
    fill(
      this.#answer,
      h("p", { class: "usage__figure" }, bothMoneys(cost)),
      h("p", {}, t("usage.what_if.answer", { model, calls: found.priced_calls, paid: bothMoneys(paid) })),
      h(
        "p",
        { class: "soft small" },
        [
          found.unpriced_calls > 0 && t("usage.what_if.unpriced", { calls: number(found.unpriced_calls) }),
          found.unknown_cost_calls > 0 && t("usage.what_if.unknown", { calls: number(found.unknown_cost_calls) }),
          day && t("usage.what_if.date", { day: date(`${day}T00:00`) }),
        ]
          .filter(Boolean)
          .join(" "),
      ),
    )
  }
}

define("md-usage-what-if", UsageWhatIf)
