/** Bars over days or hours, drawn by uPlot; the words for the bar under the pointer stand above them. */

import { define, MadangElement } from "../../core/element.js"
import { fill, h } from "../../core/h.js"
import { loadStyle } from "../../core/style.js"
import UPlot from "../../vendor/uplot/uplot.js"

await loadStyle(new URL("../../vendor/uplot/uplot.css", import.meta.url))

/** @typedef {{ label: string, colour: string, values: number[] }} Bars `colour` is a custom property's name */
/**
 * @typedef {object} ChartParts
 * @property {string} label what is drawn, for those who do not see it
 * @property {string[]} names of the bars, from left to right
 * @property {Bars[]} bars the later ones stand before the earlier ones
 * @property {(value: number) => string} show
 */

const HEIGHT = 220
const STEPS = [1, 2, 3, 5, 7, 10, 14, 30, 60, 90]

export class UsageChart extends MadangElement {
  /** @type {UPlot | null} */
  #plot = null
  #place = h("div", { class: "usage__plot" })
  #said = h("p", { class: "usage__said small soft number", "aria-hidden": "true" })

  /** @param {ChartParts} parts */
  constructor(parts) {
    super()
    this.parts = parts
  }

  connected() {
    this.className = "usage__chart"
    this.#place.setAttribute("role", "img")
    this.#place.setAttribute("aria-label", this.parts.label)
    fill(this, this.#said, this.#place)
    const size = new ResizeObserver(() => this.#fit())
    size.observe(this.#place)
    this.onLeave(() => size.disconnect())
    // Colours on a canvas do not follow a change of theme by themselves.
    const theme = new MutationObserver(() => this.#draw())
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] })
    this.onLeave(() => theme.disconnect())
    this.on(matchMedia("(prefers-color-scheme: dark)"), "change", () => this.#draw())
    this.#draw()
  }

  disconnected() {
    this.#plot?.destroy()
    this.#plot = null
  }

  get #width() {
    return Math.max(this.#place.clientWidth, 120)
  }

  #fit() {
    if (this.#plot) this.#plot.setSize({ width: this.#width, height: HEIGHT })
  }

  #draw() {
    const { names, bars } = this.parts
    this.#plot?.destroy()
    this.#plot = new UPlot(
      {
        width: this.#width,
        height: HEIGHT,
        padding: [8, 8, 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
        scales: {
          x: { time: false, range: () => [-0.6, names.length - 0.4] },
          y: { range: (_, __, max) => [0, max || 1] },
        },
        series: [{}, ...bars.map((one) => this.#series(one))],
        axes: this.#axes(),
        hooks: { setCursor: [(plot) => this.#say(plot.cursor.idx)] },
      },
      [names.map((_, index) => index), ...bars.map(({ values }) => values)],
      this.#place,
    )
    this.#say(null)
  }

  /** @param {Bars} bars */
  #series({ label, colour }) {
    const paths = UPlot.paths.bars({ size: [0.72, 44], radius: 0.12 })
    return { label, fill: this.#colour(colour), width: 0, paths, points: { show: false } }
  }

  #axes() {
    const { names, show } = this.parts
    const common = { stroke: this.#colour("--color-text-soft"), font: `12px ${getComputedStyle(this).fontFamily}` }
    return [
      {
        ...common,
        size: 28,
        space: 56,
        incrs: STEPS,
        grid: { show: false },
        ticks: { show: false },
        values: (/** @type {UPlot} */ _, /** @type {number[]} */ splits) => splits.map((at) => names[at] ?? ""),
      },
      {
        ...common,
        size: 68,
        grid: { stroke: this.#colour("--color-line"), width: 1 },
        ticks: { show: false },
        values: (/** @type {UPlot} */ _, /** @type {number[]} */ splits) => splits.map(show),
      },
    ]
  }

  /** @param {number | null} index */
  #say(index) {
    const { names, bars, show } = this.parts
    const at = index !== null && names[index] !== undefined ? index : null
    fill(
      this.#said,
      at !== null && h("strong", {}, names[at]),
      bars.map(({ label, colour, values }, place) => {
        // A bar stands before the one behind it, of which only the top shows.
        const own = at === null ? "" : ` ${show((values[at] ?? 0) - (bars[place + 1]?.values[at] ?? 0))}`
        return h("span", { class: "usage__legend" }, h("i", { class: `usage__key usage__key${colour}` }), label, own)
      }),
    )
  }

  /** The colour a custom property stands for at this place. @param {string} name */
  #colour(name) {
    this.#said.style.setProperty("color", `var(${name})`)
    const found = getComputedStyle(this.#said).color
    this.#said.style.removeProperty("color")
    return found
  }
}

define("md-usage-chart", UsageChart)
