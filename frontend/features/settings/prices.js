/** The prices: what each model costs, where that is from, and what the person decided about it. */

import { api } from "../../core/api.js"
import { money } from "../../core/format.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { field } from "../../parts/field.js"
import { openPriceForm } from "../../parts/price_form.js"
import { actionsRow, button, card } from "./pieces.js"
import { providerName } from "./provider_card.js"

/** How many models stand there at once; the others are found by their name. */
const MOST_SHOWN = 20
const LIST = "/api/settings/prices/list"

/**
 * @typedef {object} PricedModel
 * @property {string} id
 * @property {string} name
 * @property {string} provider
 * @property {string} provider_name
 * @property {"own" | "provider" | "list" | "local" | "unknown"} source
 * @property {import("../../parts/price_form.js").Decision | null} decision
 * @property {import("../../parts/price_form.js").Price | null} price
 */
/** @typedef {{ list_date: string | null, is_fetched: boolean, models: PricedModel[] }} PriceBook */
/** @typedef {import("./part.js").SettingsPart<any>} Part */

/**
 * @param {Part} part
 * @param {PriceBook} book
 */
export function priceCard(part, { list_date: listDate, is_fetched: isFetched, models }) {
  const sorted = models.toSorted((one, other) => rank(one) - rank(other))
  const rows = h("ul", { role: "list", class: "rows" })
  const rest = h("p", { class: "soft small", role: "status" })
  const search = h("input", { type: "search", autocomplete: "off", maxlength: "200", "data-key": "price-search" })
  const show = () => {
    const words = search.value.trim().toLowerCase()
    const found = sorted.filter(({ id }) => id.toLowerCase().includes(words))
    const more = found.length - MOST_SHOWN
    fill(
      rows,
      found.slice(0, MOST_SHOWN).map((model) => row(part, model)),
    )
    rest.textContent = more > 0 ? t("prices.more", { count: more }) : found.length === 0 ? t("prices.none") : ""
  }
  search.addEventListener("input", show)
  show()
  return card(
    [
      h("p", { class: "soft small" }, t("prices.lead")),
      listDate &&
        h("p", { class: "soft small" }, t(isFetched ? "prices.list_fetched" : "prices.list_from", { date: listDate })),
      actionsRow(
        button(t("prices.update"), () => part.run(() => api.post(LIST), t("prices.updated")), { key: "price-update" }),
        isFetched &&
          button(t("prices.back"), () => part.run(() => api.delete(LIST), t("prices.back_done")), {
            kind: "quiet",
            key: "price-back",
          }),
      ),
      models.length > MOST_SHOWN && field({ label: t("prices.search"), control: search }),
      rows,
      rest,
    ],
    t("prices.title"),
  )
}

/** What waits for a decision first, then what was decided. @param {PricedModel} model */
function rank({ source, decision }) {
  if (source === "unknown" && !decision) return 0
  return decision ? 1 : 2
}

/**
 * @param {Part} part
 * @param {PricedModel} model
 */
function row(part, model) {
  const { id, name, decision, source } = model
  const isOpen = source === "unknown" && !decision
  return h(
    "li",
    { class: "rows__one", "data-model": id },
    h(
      "div",
      { class: "grow" },
      h("strong", { class: "clip" }, name),
      h("p", { class: "small number" }, priceWords(model)),
      h("p", { class: "soft small" }, sourceWords(model)),
    ),
    source !== "local" &&
      button(t(isOpen ? "prices.decide" : "parts.edit"), () => change(part, model), {
        kind: isOpen ? undefined : "quiet",
        key: `price-${id}`,
      }),
    decision && button(t("prices.reset"), () => reset(part, model), { kind: "quiet", key: `price-reset-${id}` }),
  )
}

/** @param {PricedModel} model */
function priceWords({ price }) {
  if (!price) return t("format.price_unknown")
  const { input_microusd_per_mtok: perInput, output_microusd_per_mtok: perOutput } = price
  if (perInput === 0 && perOutput === 0) return t("prices.free")
  return t("prices.line", { input: money(perInput), output: money(perOutput) })
}

/** Where the price is from. @param {PricedModel} model */
function sourceWords({ provider_name, provider, source, decision, price }) {
  const who = providerName({ source: provider === "env" ? "environment" : "settings", name: provider_name })
  const from = decision === "refuse" && source === "unknown" ? "refused" : source
  return [who, t(`prices.from.${from}`, { date: price?.date ?? "" })].join(" · ")
}

/**
 * @param {Part} part
 * @param {PricedModel} model
 */
function change(part, { id, price, decision, source }) {
  openPriceForm({
    model: id,
    price,
    decision: decision ?? "set",
    decisions: source === "unknown" || decision ? ["set", "free", "refuse"] : ["set", "free"],
    ondone: () => part.refresh(),
  })
}

/**
 * @param {Part} part
 * @param {PricedModel} model
 */
function reset(part, { id }) {
  return part.run(() => api.delete(`/api/settings/prices?model=${encodeURIComponent(id)}`), t("prices.reset_done"))
}
