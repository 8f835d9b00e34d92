/** The receipt under an answer: how it stands, the model, tokens, cost, time, and what the cache saved. */

import { duration, money, number, percent } from "../../core/format.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { chip } from "../../parts/chip.js"

/** @typedef {import("./turn.js").TurnState} TurnState */
/** @typedef {import("./types.js").Turn} Turn */
/** @typedef {import("./types.js").Receipt} Receipt */

/** @type {Record<string, import("../../parts/chip.js").ChipKind>} */
const KINDS = { incomplete: "warn", interrupted: "warn", cancelled: "plain", error: "danger", queued: "plain" }

/** @type {[string, number][]} */
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
]

const REPLAYED = new Set(["hit", "similar"])

/** @param {TurnState} state */
export function receiptLine({ turn, isLast }) {
  const { receipt } = turn
  return [
    status(turn),
    receipt?.masked_secrets ? chip(t("chat.receipt.masked"), "warn") : null,
    receipt?.cache === "hit" && kept(turn, receipt),
    receipt?.cache === "similar" && receipt.similar && similar(turn, receipt, receipt.similar),
    receipt?.cache === "shared" && shared(receipt),
    receipt?.route_instead_of && routed(turn, receipt, receipt.route_instead_of),
    receipt && figures(turn, receipt, isLast),
    receipt?.trimmed_tokens && h("span", {}, t("chat.receipt.trimmed", { count: receipt.trimmed_tokens })),
  ]
}

/** @param {Turn} turn */
function status(turn) {
  const kind = KINDS[turn.status]
  if (turn.status === "streaming") return h("span", { class: "receipt__live" }, t(live(turn)))
  if (turn.status === "queued" && turn.held) return chip(t("chat.status.held"), "warn")
  if (turn.status === "done") return ending(turn)
  return kind ? chip(t(`chat.status.${turn.status}`), kind) : null
}

/** @param {Turn} turn */
export function live({ answer, reasoning }) {
  return answer === "" && reasoning === "" ? "chat.status.waiting" : "chat.status.streaming"
}

/**
 * Why the model stopped, where it did not simply come to its end.
 * @param {Turn} turn
 */
function ending({ finish_reason, receipt, answer }) {
  const tokens = receipt?.capped_at_tokens
  if (finish_reason === "length" && tokens) return capped(tokens)
  if (finish_reason === "length") return chip(t("chat.status.length"), "warn")
  if (finish_reason === "content_filter") return chip(t("chat.status.filtered"), "warn")
  if (finish_reason === "tool_calls") return chip(t("chat.status.tool_calls"), "warn")
  return answer === "" ? chip(t("chat.status.empty"), "warn") : null
}

/** Nobody asked for this limit: the money left for today set it. @param {number} tokens */
function capped(tokens) {
  const words = t("chat.status.capped", { tokens })
  return h("a", { class: "chip chip--warn chip--link", href: "/settings/limits" }, words)
}

/**
 * A kept answer says so: its age, what it saved, the way to a new one, and to none being kept.
 * @param {Turn} turn
 * @param {Receipt} receipt
 */
function kept(turn, { cache_age_seconds, saved_microusd }) {
  const words = [
    t("chat.kept"),
    cache_age_seconds !== null && t("chat.kept.age", { age: span(cache_age_seconds) }),
    saving(saved_microusd),
  ]
  return [chip(words.filter(Boolean).join(" · "), "kept"), deed("fresh", turn), deed("never", turn)]
}

/**
 * The answer to a question that means the same, as far as a model can tell: it says so, and shows that question.
 * @param {Turn} turn
 * @param {Receipt} receipt
 * @param {import("./types.js").Likeness} likeness
 */
function similar(turn, { saved_microusd }, { question, score, age_seconds }) {
  const words = [
    t("chat.similar"),
    // Only what is the very same is alike by 100 %.
    t("chat.similar.score", { share: percent(Math.floor(score * 100) / 100) }),
    t("chat.kept.age", { age: span(age_seconds) }),
    saving(saved_microusd),
  ]
  const other = h(
    "details",
    { class: "similar" },
    h("summary", { class: "chip chip--kept" }, words.filter(Boolean).join(" · ")),
    h("p", { class: "similar__title soft" }, t("chat.similar.question")),
    h("blockquote", { class: "similar__question" }, question),
  )
  return [other, deed("fresh", turn), deed("wrong", turn), deed("never", turn)]
}

/**
 * @param {"fresh" | "wrong" | "never" | "other"} name
 * @param {Turn} turn
 * @param {string} [label]
 */
function deed(name, turn, label = t(`chat.${name}`)) {
  const button = h("button", { class: "link-button", type: "button", dataset: { tool: name } }, label)
  button.addEventListener("click", () => {
    button.dispatchEvent(new CustomEvent("chat-act", { detail: { name, turn }, bubbles: true }))
  })
  return button
}

/** The same was being answered already: one call for both, paid once. @param {Receipt} receipt */
function shared({ saved_microusd }) {
  return chip([t("chat.shared"), saving(saved_microusd)].filter(Boolean).join(" · "), "kept")
}

/**
 * A rule of the person's chose the model; the one that would have answered is a press away.
 * @param {Turn} turn
 * @param {Receipt} receipt
 * @param {string} other
 */
function routed(turn, { route_name, route_saved_microusd: saved }, other) {
  const model = other.slice(other.indexOf("/") + 1)
  const words = [
    t("chat.route", { name: route_name }),
    Boolean(saved && saved > 0) && t("chat.route.saved", { money: money(saved ?? 0) }),
    Boolean(saved && saved < 0) && t("chat.route.dearer", { money: money(-(saved ?? 0)) }),
  ]
  return [chip(words.filter(Boolean).join(" · "), "kept"), deed("other", turn, t("chat.other", { model }))]
}

/** @param {number | null} microusd */
function saving(microusd) {
  return microusd !== null && microusd > 0 && t("chat.kept.saved", { money: money(microusd) })
}

/**
 * @param {Turn} turn
 * @param {Receipt} receipt
 * @param {boolean} isLast
 */
function figures(turn, receipt, isLast) {
  const { latency_ms, ttft_ms } = receipt
  return [
    isBuiltin(turn) ? builtinChip(isLast) : modelName(receipt.model),
    tokens(receipt),
    h("span", {}, cost(receipt)),
    ttft_ms !== null &&
      !REPLAYED.has(receipt.cache) &&
      h("span", {}, t("chat.receipt.first", { time: duration(ttft_ms) })),
    latency_ms !== null && h("span", {}, duration(latency_ms)),
  ]
}

/** The model's own name; the provider, which may be a mere number, on pointing at it. @param {string} model */
function modelName(model) {
  return h("span", { class: "receipt__model", title: model }, model.slice(model.indexOf("/") + 1))
}

/** @param {Receipt} receipt */
function cost({ cost_microusd, is_free, is_at_most }) {
  if (cost_microusd === 0 && is_free) return t("chat.receipt.free")
  if (cost_microusd === null) return t("chat.receipt.cost_unknown")
  return is_at_most ? t("chat.receipt.at_most", { money: money(cost_microusd) }) : money(cost_microusd)
}

/** @param {Receipt} receipt */
function tokens({ prompt_tokens, cached_tokens, completion_tokens }) {
  if (prompt_tokens === null && completion_tokens === null) return h("span", {}, t("chat.receipt.tokens_unknown"))
  const shown = (/** @type {number | null} */ count) => (count === null ? "?" : number(count))
  const values = { input: shown(prompt_tokens), output: shown(completion_tokens), cached: shown(cached_tokens) }
  return h("span", {}, t(cached_tokens ? "chat.receipt.tokens_cached" : "chat.receipt.tokens", values))
}

/** @param {Turn} turn */
function isBuiltin({ receipt }) {
  return receipt?.provider === "builtin" || (receipt?.model.startsWith("builtin/") ?? false)
}

/** The small model is honest about itself, at length under the last answer. @param {boolean} isLast */
function builtinChip(isLast) {
  if (!isLast) return chip(t("chat.builtin.short"))
  return h("a", { class: "chip chip--link", href: "/settings/providers" }, t("chat.builtin"))
}

/** A span of time in words: "3분", "2 hours". @param {number} seconds */
function span(seconds) {
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? ["second", 1]
  return number(Math.floor(seconds / size), { style: "unit", unit, unitDisplay: "long" })
}
