/** The first look: what was spent, what was saved, how many calls, how many tokens, how quick. */

import { duration, money, number } from "../../core/format.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { rateText, share, won } from "./figures.js"

/** @typedef {import("../../core/h.js").Child} Child */
/** @typedef {import("./types.js").Report} Report */

/** @param {Report} report */
export function tiles({ totals, ttft, pace }) {
  const spent = t("usage.tile.pace", { sum: money(pace.expected_microusd) })
  return h(
    "dl",
    { class: "usage__tiles" },
    tile("spent", money(totals.cost_microusd), [
      wonLine(totals.cost_microusd),
      pace.expected_microusd !== null && spent,
      totals.unknown_cost_calls > 0 && t("usage.tile.unknown", { count: totals.unknown_cost_calls }),
    ]),
    tile("saved", money(totals.saved_microusd), [
      wonLine(totals.saved_microusd),
      t("usage.tile.hit_rate", { share: share(totals.hits, totals.asked_cache_calls), hits: totals.hits }),
      totals.similar_hits > 0 && similar(totals),
    ]),
    tile("calls", number(totals.calls), [
      t("usage.tile.failed", { failed: totals.failed_calls, rescued: totals.rescued_calls }),
    ]),
    tile("tokens", compact(totals.prompt_tokens + totals.completion_tokens), [
      t("usage.tile.in_out", { prompt: compact(totals.prompt_tokens), completion: compact(totals.completion_tokens) }),
      t("usage.tile.prefix", { share: share(totals.cached_tokens, totals.prefix_tokens) }),
    ]),
    tile("ttft", ttft.p50_ms === null ? "–" : duration(ttft.p50_ms), [
      ttft.p99_ms === null ? t("usage.tile.unmeasured") : t("usage.tile.p99", { time: duration(ttft.p99_ms) }),
    ]),
  )
}

/** How often a similar question was answered with what was kept, and how often that was wrong. @param {Report["totals"]} totals */
function similar({ similar_hits: count, wrong_hits: wrong }) {
  return t("usage.tile.similar", { count, wrong, share: share(wrong, count) })
}

/** @param {number} value */
export function compact(value) {
  return number(value, { notation: "compact", maximumFractionDigits: 1 })
}

/** @param {number} microusd */
function wonLine(microusd) {
  const sum = won(microusd)
  return sum && h("span", { title: rateText() ?? "" }, t("usage.tile.won", { sum }))
}

/**
 * @param {string} name
 * @param {string} figure
 * @param {Child[]} lines
 */
function tile(name, figure, lines) {
  return h(
    "div",
    { class: "card usage__tile", dataset: { tile: name } },
    h("dt", { class: "small soft" }, t(`usage.tile.${name}`)),
    h("dd", { class: "usage__figure" }, figure),
    lines.map((line) => line && h("dd", { class: "small soft number" }, line)),
  )
}
