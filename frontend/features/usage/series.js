/** Days or hours as bars, and the table behind them: to be read aloud always, to be seen by choice. */

import { money } from "../../core/format.js"
import { h } from "../../core/h.js"
import { language, t } from "../../core/i18n.js"
import { UsageChart } from "./chart.js"
import { sideways, sumsTable } from "./table.js"
import { compact } from "./tiles.js"

/** @typedef {import("./types.js").Report} Report */
/** @typedef {import("./types.js").Sums} Sums */
/** @typedef {{ name: string, colour: string, value: (sums: Sums) => number }} Layer */

/** The first stands behind: its bar is as high as all together. @type {Record<string, Layer[]>} */
const LAYERS = {
  money: [
    { name: "saved", colour: "--color-chart-soft", value: (sums) => sums.cost_microusd + sums.saved_microusd },
    { name: "spent", colour: "--color-accent", value: (sums) => sums.cost_microusd },
  ],
  tokens: [
    { name: "prompt", colour: "--color-chart-soft", value: (sums) => sums.prompt_tokens + sums.completion_tokens },
    { name: "completion", colour: "--color-accent", value: (sums) => sums.completion_tokens },
  ],
  calls: [
    { name: "fine", colour: "--color-chart-soft", value: (sums) => sums.calls },
    { name: "hits", colour: "--color-accent", value: (sums) => sums.hits },
  ],
}

/**
 * @param {Report} report by day or hour
 * @param {string} measure
 * @param {boolean} isTable
 */
export function series(report, measure, isTable) {
  const title = t(`usage.over.${report.by}`)
  const rows = report.groups.map(({ key, sums }) => ({ name: timeName(report.by, String(key)), sums }))
  const table = sumsTable({ caption: title, first: t(`usage.group.${report.by}`), rows, totals: report.totals })
  if (isTable) return sideways(title, table)
  const layers = LAYERS[measure] ?? []
  const chart = new UsageChart({
    label: t("usage.chart", { what: t(`usage.measure.${measure}`), title }),
    names: rows.map(({ name }) => name),
    bars: layers.map((one) => ({
      label: t(`usage.layer.${one.name}`),
      colour: one.colour,
      values: rows.map(({ sums }) => one.value(sums)),
    })),
    show: measure === "money" ? money : compact,
  })
  return h("div", {}, chart, h("div", { class: "unseen" }, table))
}

/**
 * A day as "11. 3." / "Nov 3", an hour as "13시" / "1 PM", as the clock there shows it.
 * @param {string} by
 * @param {string} key
 */
function timeName(by, key) {
  // The wall clock of the reader's zone stands in the key itself.
  const wall = new Date(`${key.slice(0, by === "hour" ? 16 : 10)}${by === "hour" ? "" : "T00:00"}Z`)
  /** @type {Intl.DateTimeFormatOptions} */
  const options = by === "hour" ? { hour: "numeric" } : { month: "short", day: "numeric" }
  return new Intl.DateTimeFormat(language(), { ...options, timeZone: "UTC" }).format(wall)
}
