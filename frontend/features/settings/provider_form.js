/** Adding or editing a provider: any server that speaks OpenAI's form. */

import { api, errorText } from "../../core/api.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { field, fieldError, toggle } from "../../parts/field.js"
import { openForm } from "../../parts/form.js"
import { numberField } from "./numbers.js"

/** @typedef {import("./providers.js").Provider} Provider */
/** @typedef {import("./providers.js").Providers} Providers */
/** @typedef {{ price_input_microusd_per_mtok: number | null, price_output_microusd_per_mtok: number | null }} Prices */
/** @typedef {{ name: string, base_url: string, may_be_plain: boolean } & Prices} Facts */

const MICRO = 1_000_000
const MOST_DOLLARS = 10_000

/**
 * @param {Providers} part
 * @param {Provider | null} provider null adds one
 */
export function editProvider(part, provider) {
  const fields = makeFields(provider)
  let known = provider
  openForm({
    title: t(provider ? "settings.providers.edit_title" : "settings.providers.add"),
    body: fields.body,
    save: t("parts.save"),
    onsave: async (dialog) => {
      const facts = fields.read()
      if (!facts || dialog.querySelector("[aria-invalid]")) return
      if (!provider) await part.consent.hold()
      const kept = await saved(fields.address, () => keepProvider(known, facts))
      if (!kept) return known ? undefined : part.consent.release()
      known = kept
      if (!(await keepKey(kept, fields.key))) return
      dialog.close()
      await part.refresh()
      if (!provider) await part.consent.offer((await part.check(kept))?.suggested ?? null)
    },
  })
}

/** @param {Provider | null} provider */
function makeFields(provider) {
  const name = text("text", "100", t("settings.providers.name_example"), provider?.name)
  const address = text("url", "2000", "http://127.0.0.1:1234/v1", provider?.base_url)
  const key = h("input", { type: "password", autocomplete: "off", spellcheck: "false", maxlength: "4096" })
  const prices = pricesOf(provider)
  const named = field({ label: t("settings.providers.name"), control: name })
  const hint = t("settings.providers.address_hint")
  const addressed = field({ label: t("settings.providers.address"), hint, control: address })
  const keyHint = t("settings.keys.value_hint")
  const keyed = field({ label: t("settings.providers.key_optional"), hint: keyHint, control: key })
  const plain = plainSwitch(address)
  const more = h("details", {}, h("summary", {}, t("settings.providers.prices")), priceFields(prices))
  const read = () => {
    const facts = { name: name.value.trim(), base_url: address.value.trim(), may_be_plain: plain.isOn(), ...prices }
    fieldError(named, facts.name ? "" : t("settings.providers.name_missing"))
    fieldError(addressed, isAddress(facts.base_url) ? "" : t("settings.providers.address_wrong"))
    fieldError(keyed, "")
    return facts.name && isAddress(facts.base_url) ? facts : null
  }
  return { body: [named, addressed, plain.element, !provider && keyed, more], address: addressed, key: keyed, read }
}

/**
 * Asks whether what is sent may be read on the way, where the address says so.
 * @param {HTMLInputElement} address
 */
function plainSwitch(address) {
  let isAllowed = leavesPlain(address.value)
  const element = toggle({
    label: t("settings.providers.plain"),
    hint: t("settings.providers.plain_hint"),
    checked: isAllowed,
    onchange: (checked) => {
      isAllowed = checked
    },
  })
  const show = () => {
    element.hidden = !leavesPlain(address.value)
  }
  address.addEventListener("input", show)
  show()
  return { element, isOn: () => isAllowed && !element.hidden }
}

/**
 * @param {string} type
 * @param {string} maxlength
 * @param {string} placeholder
 * @param {string} [value]
 */
function text(type, maxlength, placeholder, value) {
  return h("input", { type, maxlength, placeholder, value, autocomplete: "off", spellcheck: "false" })
}

/**
 * @param {Provider | null} provider
 * @returns {Prices}
 */
function pricesOf(provider) {
  return {
    price_input_microusd_per_mtok: provider?.price_input_microusd_per_mtok ?? null,
    price_output_microusd_per_mtok: provider?.price_output_microusd_per_mtok ?? null,
  }
}

/**
 * @param {Provider | null} provider
 * @param {Facts} facts
 * @returns {Promise<Provider>}
 */
function keepProvider(provider, facts) {
  if (!provider) return api.post("/api/settings/providers", facts)
  return api.patch(`/api/settings/providers/${provider.id}`, facts)
}

/**
 * @param {Provider} provider
 * @param {HTMLElement} keyed
 * @returns {Promise<boolean>} whether there is nothing left to keep
 */
async function keepKey({ id }, keyed) {
  const value = keyed.querySelector("input")?.value.trim()
  if (!value) return true
  return (await saved(keyed, () => api.put(`/api/keys/provider:${id}`, { value }).then(() => true))) ?? false
}

/**
 * Do it, or say at the field why it did not work.
 * @template T
 * @param {HTMLElement} place
 * @param {() => Promise<T>} work
 * @returns {Promise<T | undefined>}
 */
async function saved(place, work) {
  try {
    return await work()
  } catch (error) {
    fieldError(place, errorText(error))
    return undefined
  }
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

/** @param {string} address */
function isAddress(address) {
  return /^https?:$/.test(URL.canParse(address) ? new URL(address).protocol : "")
}

/**
 * @param {string} address
 * @returns {boolean} whether it leads away from this machine without encryption
 */
function leavesPlain(address) {
  if (!URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  return protocol === "http:" && !/^(localhost|.*\.localhost|127\..*|\[::1\])$/.test(hostname)
}
