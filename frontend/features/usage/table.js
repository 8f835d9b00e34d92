/** A table of sums: one row a group, what it took in columns, and all together below. */

import { money, number } from "../../core/format.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { share } from "./figures.js"

/** @typedef {import("./types.js").Sums} Sums */
/** @typedef {{ name: string, sums: Sums }} Row */

/** @type {[string, (sums: Sums) => string][]} */
const COLUMNS = [
  ["calls", (sums) => number(sums.calls)],
  ["failed", (sums) => number(sums.failed_calls)],
  ["hit_rate", (sums) => share(sums.hits, sums.asked_cache_calls)],
  ["prompt_tokens", (sums) => number(sums.prompt_tokens)],
  ["cached_tokens", (sums) => number(sums.cached_tokens)],
  ["completion_tokens", (sums) => number(sums.completion_tokens)],
  ["cost", cost],
  ["saved", (sums) => money(sums.saved_microusd)],
]

/**
 * @param {{ caption: string, first: string, rows: Row[], totals: Sums }} parts `first` heads the column of names
 */
export function sumsTable({ caption, first, rows, totals }) {
  const heads = [first, ...COLUMNS.map(([name]) => t(`usage.column.${name}`))]
  return h(
    "table",
    { class: "usage__table" },
    h("caption", { class: "unseen" }, caption),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        heads.map((one) => h("th", { scope: "col" }, one)),
      ),
    ),
    h(
      "tbody",
      {},
      rows.map(({ name, sums }) => line(name, sums)),
    ),
    rows.length > 1 && h("tfoot", {}, line(t("usage.column.all"), totals)),
  )
}

/**
 * Something wide, to be moved sideways by finger, wheel and keys.
 * @param {string} label
 * @param {HTMLElement} content
 */
export function sideways(label, content) {
  return h("div", { class: "usage__sideways", role: "region", "aria-label": label, tabindex: "0" }, content)
}

/**
 * @param {string} name
 * @param {Sums} sums
 */
function line(name, sums) {
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, name),
    COLUMNS.map(([, show]) => h("td", {}, show(sums))),
  )
}

/** Where not one cost is known there is no sum to show. @param {Sums} sums */
function cost(sums) {
  return sums.calls > 0 && sums.unknown_cost_calls === sums.calls ? money(null) : money(sums.cost_microusd)
}
