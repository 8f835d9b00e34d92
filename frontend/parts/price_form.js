/** A form for what one model costs: dollars per million tokens, or free, or refused while nobody knows. */

import { api } from "../core/api.js"
import { h } from "../core/h.js"
import { t } from "../core/i18n.js"
import { field, fieldError, select } from "./field.js"
import { openForm } from "./form.js"

const MICRO = 1_000_000
const MOST_DOLLARS = 10_000

/** @typedef {"set" | "free" | "refuse"} Decision */
/**
 * @typedef {object} Price micro-dollars per million tokens
 * @property {number} input_microusd_per_mtok
 * @property {number} output_microusd_per_mtok
 * @property {number | null} [cached_microusd_per_mtok]
 * @property {string | null} [date]
 */
/** @typedef {{ box: HTMLElement, read: () => number | null | undefined }} PriceField `read` tells undefined for nonsense, after it said so */

/**
 * Keep a decision about a model.
 * @param {string} model
 * @param {Decision} decision
 * @param {Price} [price]
 */
export function decidePrice(model, decision, price) {
  return api.put("/api/settings/prices", { model, decision, ...price })
}

/**
 * @param {object} parts
 * @param {string} parts.model `provider_id/model name`
 * @param {Price | null} parts.price what stands in the fields
 * @param {Decision} [parts.decision]
 * @param {Decision[]} [parts.decisions] what else can be chosen; without any, only a price is set
 * @param {() => unknown} parts.ondone
 */
export function openPriceForm({ model, price, decision = "set", decisions = [], ondone }) {
  let chosen = decision
  const [perInput, perOutput, perCached] = [
    priceField("input", price?.input_microusd_per_mtok, true),
    priceField("output", price?.output_microusd_per_mtok, true),
    priceField("cached", price?.cached_microusd_per_mtok, false),
  ]
  const fields = h(
    "div",
    { class: "stack", hidden: chosen !== "set" },
    h("p", { class: "soft small" }, t("prices.unit")),
    h("div", { class: "columns" }, perInput.box, perOutput.box, perCached.box),
  )
  const kinds = select(
    decisions.map((value) => ({ value, label: t(`prices.decision.${value}`) })),
    chosen,
  )
  kinds.addEventListener("change", () => {
    chosen = /** @type {Decision} */ (kinds.value)
    fields.hidden = chosen !== "set"
  })
  openForm({
    title: t("prices.change"),
    body: [
      h("p", {}, h("code", {}, model)),
      decisions.length > 0 && field({ label: t("prices.decision"), control: kinds }),
      fields,
    ],
    save: t("parts.save"),
    onsave: async (dialog) => {
      const found = chosen === "set" ? readPrice(perInput, perOutput, perCached) : undefined
      if (found === null) return
      await decidePrice(model, chosen, found)
      dialog.close()
      await ondone()
    },
  })
}

/**
 * @param {PriceField} perInput
 * @param {PriceField} perOutput
 * @param {PriceField} perCached
 * @returns {Price | null} null where something cannot be a price
 */
function readPrice(perInput, perOutput, perCached) {
  const [input, output, cached] = [perInput.read(), perOutput.read(), perCached.read()]
  if (typeof input !== "number" || typeof output !== "number" || cached === undefined) return null
  const isTooDear = cached !== null && cached > input
  if (isTooDear) fieldError(perCached.box, t("errors.gateway.bad_price.cached"))
  const price = { input_microusd_per_mtok: input, output_microusd_per_mtok: output, cached_microusd_per_mtok: cached }
  return isTooDear ? null : price
}

/**
 * @param {"input" | "output" | "cached"} which
 * @param {number | null | undefined} microusd
 * @param {boolean} isRequired
 * @returns {PriceField}
 */
function priceField(which, microusd, isRequired) {
  const control = h("input", {
    class: "control--short number",
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    value: microusd === null || microusd === undefined ? "" : microusd / MICRO,
    placeholder: isRequired ? "" : t("prices.cached_same"),
  })
  const box = field({ label: t(`prices.${which}`), control, after: h("span", { class: "soft small" }, "$") })
  const read = () => {
    const plain = control.value.replaceAll(/[\s,_$]/g, "")
    const value = plain === "" ? null : Number(plain)
    const isFine = value === null ? !isRequired : value >= 0 && value <= MOST_DOLLARS
    fieldError(box, isFine ? "" : t("settings.number_range", { min: 0, max: MOST_DOLLARS }))
    if (!isFine) return undefined
    return value === null ? null : Math.round(value * MICRO)
  }
  return { box, read }
}
