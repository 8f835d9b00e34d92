/** A past question asked again of another model: an estimate first, then both answers side by side. */

import { api, errorText } from "../../core/api.js"
import { duration, money } from "../../core/format.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { renderMarkdown } from "../../markdown/render.js"
import { openDialog } from "../../parts/dialog.js"
import { field, fieldError, select } from "../../parts/field.js"
import { bothMoneys } from "./figures.js"

/** @typedef {import("./types.js").Call} Call */
/** @typedef {{ input_microusd_per_mtok: number, output_microusd_per_mtok: number }} Price */
/** @typedef {{ id: string, is_free: boolean, available: boolean, price: Price | null }} Model */
/** @typedef {{ id: string, answer: string, status: string, held: boolean, model: string | null, error: unknown, receipt: any }} Turn */

const TOKENS_PRICED = 1_000_000
const LOOK_AGAIN_MS = 600
const ENDED = new Set(["done", "incomplete", "interrupted", "cancelled", "error"])

/** @param {Call} call one with a turn */
export async function openReplay(call) {
  const [turn, models] = await Promise.all([
    api.get(`/api/chat/turns/${call.turn_id}`),
    api.get("/api/settings/models"),
  ])
  const title = t("usage.replay.title")
  const others = models.filter((/** @type {Model} */ one) => one.available && one.id !== call.model)
  const options = others.map((/** @type {Model} */ { id }) => ({ value: id, label: id }))
  const list = select(options, cheapest(call, others)?.id ?? "", { name: "replay-model" })
  const box = field({ label: t("usage.replay.model"), control: list })
  const estimate = h("p", { class: "soft small", role: "status" })
  const place = h("div", { class: "usage__replay" })
  const go = h(
    "button",
    { class: "button button--main", type: "button", disabled: others.length === 0 },
    t("usage.replay.go"),
  )
  const asked = h("div", { class: "usage__asked", role: "group", "aria-label": title, tabindex: "0" }, turn.content)
  const body = h("div", { class: "stack" }, asked, box, estimate, place)
  const leaving = new AbortController()
  openDialog({ title, body, footer: go, class: "usage__dialog", onclose: () => leaving.abort() })
  const tell = () => {
    estimate.textContent =
      others.length === 0 ? t("usage.replay.no_model") : estimated(call, chosen(others, list.value))
  }
  list.addEventListener("change", tell)
  go.addEventListener("click", () => void ask({ turn, model: list.value, box, go, place, signal: leaving.signal }))
  tell()
}

/**
 * The cheapest one whose cost can be told.
 * @param {Call} call
 * @param {Model[]} models
 */
function cheapest(call, models) {
  const known = models.filter((one) => estimateOf(call, one) !== null)
  return known.sort((a, b) => (estimateOf(call, a) ?? 0) - (estimateOf(call, b) ?? 0))[0] ?? models[0]
}

/**
 * @param {Call} call
 * @param {Model | undefined} model
 */
function estimateOf({ prompt_tokens: prompt, completion_tokens: completion }, model) {
  if (!model) return null
  if (model.is_free) return 0
  if (!model.price || prompt === null || completion === null) return null
  const { input_microusd_per_mtok: input, output_microusd_per_mtok: output } = model.price
  return Math.ceil((prompt * input + completion * output) / TOKENS_PRICED)
}

/**
 * @param {Model[]} models
 * @param {string} id
 */
function chosen(models, id) {
  return models.find((one) => one.id === id)
}

/**
 * @param {Call} call
 * @param {Model | undefined} model
 */
function estimated(call, model) {
  const cost = estimateOf(call, model)
  if (cost === null) return t("usage.replay.unknown")
  return cost === 0 ? t("usage.replay.free") : t("usage.replay.estimate", { sum: bothMoneys(cost) })
}

/**
 * The new answer becomes a branch of its conversation, beside the one that was there.
 * @param {{ turn: Turn, model: string, box: HTMLElement, go: HTMLButtonElement, place: HTMLElement, signal: AbortSignal }} asked
 */
async function ask({ turn, model, box, go, place, signal }) {
  go.disabled = true
  fieldError(box, "")
  try {
    const { turn_id: id } = await api.post(`/api/chat/turns/${turn.id}/retry`, { model, cache: "auto" })
    fill(place, side(turn), h("p", { class: "soft", role: "status" }, t("usage.replay.waiting")))
    fill(place, side(turn), side(await ended(id, signal)))
  } catch (error) {
    if (!signal.aborted) fieldError(box, errorText(error))
  }
  go.disabled = false
}

/**
 * The turn once it has ended, or waits for a person in its conversation; the server answers it whether anybody waits here.
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<Turn>}
 */
async function ended(id, signal) {
  for (;;) {
    const turn = await api.get(`/api/chat/turns/${id}`, { signal })
    if (ENDED.has(turn.status) || turn.held) return turn
    await new Promise((go) => setTimeout(go, LOOK_AGAIN_MS))
  }
}

/** @param {Turn} turn */
function side({ model, answer, error, receipt }) {
  const words = h("div", { class: "markdown" })
  if (answer) renderMarkdown(answer, words)
  else fill(words, error ? errorText(error) : t("usage.replay.nothing"))
  const facts = [money(receipt?.cost_microusd), receipt?.latency_ms ? duration(receipt.latency_ms) : null]
  return h(
    "section",
    { class: "usage__side" },
    h("h3", {}, receipt?.model ?? model ?? ""),
    h("p", { class: "soft small number" }, facts.filter(Boolean).join(" · ")),
    words,
  )
}
