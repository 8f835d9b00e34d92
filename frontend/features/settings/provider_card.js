/** One provider: its address, how its key stands, and a live check. */

import { api, errorText } from "../../core/api.js"
import { ago, duration } from "../../core/format.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { chip } from "../../parts/chip.js"
import { confirm } from "../../parts/dialog.js"
import { icon } from "../../parts/icon.js"
import { menuButton } from "../../parts/menu.js"
import { editKey } from "./key_form.js"
import { button, notice } from "./pieces.js"
import { editProvider } from "./provider_form.js"

/** @typedef {import("./providers.js").Provider} Provider */
/** @typedef {import("./providers.js").KeyStatus} KeyStatus */
/** @typedef {import("./providers.js").Providers} Part */
/** @typedef {import("../../parts/menu.js").MenuItem} MenuItem */
/** @typedef {import("./model_select.js").ModelInfo} ModelInfo */
/**
 * @typedef {object} Check
 * @property {boolean} ok
 * @property {number} models
 * @property {number} latency_ms
 * @property {{ code: string, message: string } | null} error
 * @property {ModelInfo | null} suggested the model to take from it where none is named
 */

/** Where a key that stands in the surroundings is changed: there, not here. */
const FIXED_SOURCES = ["environment", "env_file", "file_ref"]

/**
 * @param {Part} part
 * @param {Provider} provider
 * @param {KeyStatus | null} key
 * @param {HTMLElement} outcome where the last check shows
 */
export function providerCard(part, provider, key, outcome) {
  return h(
    "section",
    { class: "card stack provider", "aria-label": providerName(provider) },
    head(provider, key),
    key?.set && h("p", { class: "soft small number" }, keyLine(key)),
    key?.problem && notice("warn", "warning", t(`errors.secrets.place_unusable.${key.problem}`)),
    h(
      "div",
      { class: "row row--wrap" },
      isFixed(key) ? null : keyButton(part, provider, key?.set ?? false),
      canCheck(provider, key) &&
        button(t("settings.providers.check"), () => void check(provider, outcome), { key: `check-${provider.id}` }),
      more(part, provider, key),
    ),
    outcome,
  )
}

/**
 * @param {Part} part
 * @param {Provider} provider
 * @param {boolean} isSet
 */
function keyButton(part, provider, isSet) {
  const words = t(isSet ? "settings.keys.rotate" : "settings.keys.add")
  const kind = isSet || provider.source !== "openai" ? undefined : "main"
  return button(words, () => editKey(part, provider, isSet), { icon: "key", key: `key-${provider.id}`, kind })
}

/**
 * OpenAI answers nobody without a key; other servers may.
 * @param {Provider} provider
 * @param {KeyStatus | null} key
 */
function canCheck({ source }, key) {
  return source !== "openai" || (key?.set ?? false)
}

/** @param {KeyStatus | null} key */
function isFixed(key) {
  return FIXED_SOURCES.includes(key?.source ?? "")
}

/**
 * @param {Provider} provider
 * @param {KeyStatus | null} key
 */
function head(provider, key) {
  const isFound = provider.source === "found"
  return h(
    "div",
    {},
    h(
      "div",
      { class: "row row--wrap" },
      h("h3", {}, providerName(provider)),
      key?.set && chip(t("settings.keys.set"), "kept"),
      !key?.set && !isFound && chip(t("settings.keys.unset")),
      isFound && chip(t("settings.providers.here"), "kept"),
      !provider.enabled && chip(t("settings.providers.off"), "warn"),
    ),
    h("p", { class: "soft small" }, h("code", {}, provider.base_url)),
  )
}

/** @param {KeyStatus} key */
function keyLine({ last4, source, updated_at }) {
  return [
    last4 && t("settings.keys.ends", { last4 }),
    source && t(`settings.keys.source_${source}`),
    updated_at && t("settings.keys.changed", { ago: ago(updated_at) }),
  ]
    .filter(Boolean)
    .join(" · ")
}

/**
 * @param {Part} part
 * @param {Provider} provider
 * @param {KeyStatus | null} key
 */
function more(part, provider, key) {
  const items = deeds(part, provider, key)
  if (items.length === 0) return null
  const label = t("settings.providers.more", { name: providerName(provider) })
  const props = { class: "button button--quiet button--icon", type: "button", "aria-label": label }
  const opener = h("button", { ...props, "data-key": `more-${provider.id}` }, icon("more"))
  menuButton(opener, () => items)
  return opener
}

/**
 * What else can be done: a key that is kept here can be deleted, a provider that was added here changed.
 * @param {Part} part
 * @param {Provider} provider
 * @param {KeyStatus | null} key
 * @returns {MenuItem[]}
 */
function deeds(part, provider, key) {
  const isAdded = provider.source === "settings"
  /** @type {(MenuItem | false | null | undefined)[]} */
  const items = [
    isAdded && { label: t("parts.edit"), icon: "edit", run: () => editProvider(part, provider) },
    isAdded && flip(part, provider),
    key?.set && !isFixed(key) && keyDeletion(part, provider, key),
    isAdded && { label: t("settings.providers.delete"), icon: "trash", danger: true, run: () => drop(part, provider) },
  ]
  return /** @type {MenuItem[]} */ (items.filter(Boolean))
}

/**
 * @param {Part} part
 * @param {Provider} provider
 * @returns {MenuItem}
 */
function flip(part, { id, enabled }) {
  const run = () => part.run(() => api.patch(`/api/settings/providers/${id}`, { enabled: !enabled }))
  return { label: t(enabled ? "settings.providers.switch_off" : "settings.providers.switch_on"), icon: "stop", run }
}

/**
 * @param {Part} part
 * @param {Provider} provider
 * @param {KeyStatus} key
 * @returns {MenuItem}
 */
function keyDeletion(part, provider, key) {
  const run = () => dropKey(part, providerName(provider), key)
  return { label: t("settings.keys.delete"), icon: "trash", danger: true, run }
}

/**
 * @param {Part} part
 * @param {string} name
 * @param {KeyStatus} key
 */
async function dropKey(part, name, key) {
  const question = {
    title: t("settings.keys.delete_title", { name }),
    text: t("settings.keys.delete_ask"),
    yes: t("settings.keys.delete"),
  }
  if (await confirm(question)) await part.run(() => api.delete(`/api/keys/${key.name}`), t("settings.keys.deleted"))
}

/**
 * @param {Part} part
 * @param {Provider} provider
 */
async function drop(part, { id, name }) {
  const question = {
    title: t("settings.providers.delete_title", { name }),
    text: t("settings.providers.delete_ask"),
    yes: t("parts.delete"),
  }
  if (await confirm(question)) {
    await part.run(() => api.delete(`/api/settings/providers/${id}`), t("settings.providers.deleted", { name }))
  }
}

/** The environment's server has no name of its own. @param {Pick<Provider, "source" | "name">} provider */
export function providerName({ source, name }) {
  return source === "environment" ? t("settings.providers.environment") : name
}

/**
 * Ask the provider for its models, with the key that is set, and show what came of it.
 * @param {Provider} provider
 * @param {HTMLElement} outcome
 * @returns {Promise<Check | null>} null when it does not work
 */
export async function check({ id }, outcome) {
  fill(outcome, h("p", { class: "soft small" }, t("settings.providers.checking")))
  try {
    /** @type {Check} */
    const found = await api.post(`/api/settings/providers/${id}/check`)
    fill(
      outcome,
      found.ok ? notice("good", "check", works(found)) : notice("danger", "warning", errorText(found.error)),
    )
    return found.ok ? found : null
  } catch (error) {
    fill(outcome, notice("danger", "warning", errorText(error)))
    return null
  }
}

/** @param {Check} found */
function works({ models, latency_ms }) {
  return t("settings.providers.works", { count: models, time: duration(latency_ms) })
}
