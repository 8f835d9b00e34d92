/** Adding or editing a provider: any server that speaks OpenAI's form. */

import { api, errorText } from "../../core/api.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { openDialog } from "../../parts/dialog.js"
import { field, fieldError } from "../../parts/field.js"
import { numberField } from "./numbers.js"
import { button } from "./pieces.js"

/** @typedef {import("./providers.js").Provider} Provider */
/** @typedef {import("./part.js").SettingsPart<any>} Part */
/** @typedef {{ price_input_microusd_per_mtok: number | null, price_output_microusd_per_mtok: number | null }} Prices */

const MICRO = 1_000_000
const MOST_DOLLARS = 10_000

/**
 * @param {Part} part
 * @param {Provider | null} provider null adds one
 */
export function editProvider(part, provider) {
  const name = h("input", {
    type: "text",
    maxlength: "100",
    value: provider?.name,
    placeholder: t("settings.providers.name_example"),
  })
  const address = h("input", {
    type: "url",
    inputmode: "url",
    spellcheck: "false",
    value: provider?.base_url,
    placeholder: "http://127.0.0.1:1234/v1",
  })
  const key = h("input", { type: "password", autocomplete: "off", spellcheck: "false", maxlength: "4096" })
  /** @type {Prices} */
  const prices = {
    price_input_microusd_per_mtok: provider?.price_input_microusd_per_mtok ?? null,
    price_output_microusd_per_mtok: provider?.price_output_microusd_per_mtok ?? null,
  }
  const named = field({ label: t("settings.providers.name"), control: name })
  const addressed = field({
    label: t("settings.providers.address"),
    hint: t("settings.providers.address_hint"),
    control: address,
  })
  const body = [
    named,
    addressed,
    !provider &&
      field({ label: t("settings.providers.key_optional"), hint: t("settings.keys.value_hint"), control: key }),
    h("details", {}, h("summary", {}, t("settings.providers.prices")), priceFields(prices)),
  ]
  const save = async () => {
    fieldError(named, "")
    fieldError(addressed, "")
    const facts = { name: name.value.trim(), base_url: address.value.trim(), ...prices }
    if (!facts.name) return fieldError(named, t("settings.providers.name_missing"))
    if (!isAddress(facts.base_url)) return fieldError(addressed, t("settings.providers.address_wrong"))
    await submit(part, dialog, addressed, provider, facts, key.value.trim())
  }
  const title = t(provider ? "settings.providers.edit_title" : "settings.providers.add")
  const dialog = openDialog({ title, body, footer: button(t("parts.save"), save, { kind: "main" }) })
  name.focus()
}

/** @param {Prices} prices */
function priceFields(prices) {
  return h(
    "div",
    { class: "stack" },
    h("p", { class: "soft small" }, t("settings.providers.prices_hint")),
    h(
      "div",
      { class: "columns" },
      priceField(prices, "price_input_microusd_per_mtok"),
      priceField(prices, "price_output_microusd_per_mtok"),
    ),
  )
}

/**
 * @param {Prices} prices
 * @param {keyof Prices} which
 */
function priceField(prices, which) {
  const value = prices[which]
  return numberField({
    label: t(`settings.providers.${which === "price_input_microusd_per_mtok" ? "price_in" : "price_out"}`),
    value: value === null ? null : value / MICRO,
    min: 0,
    max: MOST_DOLLARS,
    unit: "$",
    placeholder: t("format.price_unknown"),
    onvalue: (dollars) => {
      prices[which] = dollars === null ? null : Math.round(dollars * MICRO)
    },
  })
}

/**
 * @param {Part} part
 * @param {HTMLDialogElement} dialog
 * @param {HTMLElement} addressed
 * @param {Provider | null} provider
 * @param {{ name: string, base_url: string } & Prices} facts
 * @param {string} key
 */
async function submit(part, dialog, addressed, provider, facts, key) {
  if (dialog.querySelector("[aria-invalid]")) return
  try {
    const saved = provider
      ? await api.patch(`/api/settings/providers/${provider.id}`, facts)
      : await api.post("/api/settings/providers", facts)
    if (key) await api.put(`/api/keys/provider:${saved.id}`, { value: key })
    dialog.close()
    await part.refresh()
  } catch (error) {
    fieldError(addressed, errorText(error))
  }
}

/** @param {string} text */
function isAddress(text) {
  return /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : "")
}
