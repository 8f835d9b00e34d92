/** How the limits stand, and what was spent while nobody was here. */

import { api } from "../../core/api.js"
import { define, MadangElement } from "../../core/element.js"
import { moment, money, percent } from "../../core/format.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { live } from "../../core/live.js"
import { capName } from "../../core/problems.js"
import { navigate } from "../../core/router.js"
import { complain } from "../../parts/complain.js"
import { progress } from "../../parts/progress.js"
import { bothMoneys, groupName } from "./figures.js"

const NEWS = ["caps.changed", "caps.alert"]

/**
 * @typedef {object} Cap
 * @property {string} scope
 * @property {string} subject
 * @property {string} window
 * @property {number} limit_microusd
 * @property {number} spent_microusd
 * @property {number} reserved_microusd
 * @property {string | null} resets_at
 * @property {number | null} expected_microusd
 */
/** @typedef {{ feature: string, token: string | null, calls: number, cost_microusd: number }} Part */
/**
 * @typedef {object} Away
 * @property {string} since
 * @property {string} until
 * @property {number} calls
 * @property {number} cost_microusd
 * @property {number} unknown_cost_calls
 * @property {Part[]} parts
 */

export class UsageCaps extends MadangElement {
  connected() {
    this.className = "usage__caps"
    const event = (/** @type {{ kind: string }} */ { kind }) => {
      if (NEWS.includes(kind)) void this.#load()
    }
    this.onLeave(live.follow("app", null, { event, resync: () => void this.#load() }))
    this.on(document, "away", () => void this.#load())
    void this.#load()
  }

  async #load() {
    try {
      const [caps, away, tokens] = await Promise.all(
        ["/api/settings/caps", "/api/usage/away", "/api/tokens"].map((path) => api.get(path, { signal: this.leaving })),
      )
      const names = new Map(tokens.items.map((/** @type {any} */ { id, name }) => [id, name]))
      fill(this, awayCard(away), capCard(caps, names))
    } catch (error) {
      if (this.isConnected) complain(error)
    }
  }
}

/** @param {Away | null} away */
function awayCard(away) {
  if (!away) return null
  const { since, until, calls, cost_microusd: cost, unknown_cost_calls: unknown, parts } = away
  const when = t("usage.away.when", { since: moment(since), until: moment(until) })
  return h(
    "section",
    { class: "card stack" },
    h("h2", {}, t("usage.away.title")),
    h("p", {}, t("usage.away.sum", { count: calls, sum: bothMoneys(cost) })),
    h(
      "ul",
      { role: "list", class: "usage__errors" },
      parts.map((part) => h("li", {}, h("span", {}, partName(part)), h("span", { class: "number soft" }, sum(part)))),
    ),
    h("p", { class: "soft small" }, [when, unknown > 0 && ` ${t("usage.tile.unknown", { count: unknown })}`]),
  )
}

/** @param {Part} part */
function partName({ feature, token }) {
  const name = groupName("feature", { key: feature, name: null })
  return token ? `${name} · ${token}` : name
}

/** @param {Part} part */
function sum({ calls, cost_microusd: cost }) {
  return t("usage.away.part", { count: calls, sum: money(cost) })
}

/**
 * @param {Cap[]} caps
 * @param {Map<string, string>} tokens names by id
 */
function capCard(caps, tokens) {
  const go = h(
    "button",
    { class: "button button--quiet", type: "button", onclick: () => navigate("/settings/limits") },
    t("usage.caps.change"),
  )
  const list = h(
    "ul",
    { role: "list", class: "stack" },
    caps.map((cap) => row(cap, tokens)),
  )
  return h(
    "section",
    { class: "card stack" },
    h("header", { class: "usage__bar" }, h("h2", {}, t("usage.caps.title")), go),
    caps.length > 0 ? list : h("p", { class: "soft" }, t("settings.caps.none")),
  )
}

/**
 * @param {Cap} cap
 * @param {Map<string, string>} tokens
 */
function row(cap, tokens) {
  const { limit_microusd: limit, spent_microusd: spent, reserved_microusd: reserved } = cap
  const subject = subjectName(cap, tokens)
  const label = capName(cap)
  const share = percent(limit === 0 ? 1 : spent / limit)
  return h(
    "li",
    {},
    h("strong", {}, label),
    subject && h("span", { class: "small clip" }, ` ${subject}`),
    progress({
      label,
      value: Math.min(spent + reserved, limit),
      max: limit,
      text: t("settings.caps.taken", { spent: money(spent), cap: money(limit), share }),
    }),
    h("p", { class: "soft small" }, facts(cap)),
  )
}

/** @param {Cap} cap */
function facts({ resets_at: resetsAt, expected_microusd: expected }) {
  const words = [
    resetsAt && t("settings.caps.resets", { time: moment(resetsAt) }),
    expected !== null && t("usage.tile.pace", { sum: money(expected) }),
  ]
  return words.filter(Boolean).join(" · ")
}

/**
 * @param {Cap} cap
 * @param {Map<string, string>} tokens
 */
function subjectName({ scope, subject }, tokens) {
  if (scope === "feature") return groupName("feature", { key: subject, name: null })
  if (scope === "token") return tokens.get(subject) ?? t("usage.token.unnamed")
  return scope === "model" ? subject : ""
}

define("md-usage-caps", UsageCaps)
