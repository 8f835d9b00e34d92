/** Setting or rotating a key: it goes in here and never comes back out. */

import { api, errorText } from "../../core/api.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { openDialog } from "../../parts/dialog.js"
import { field, fieldError, select } from "../../parts/field.js"
import { toast } from "../../parts/toast.js"
import { button, notice } from "./pieces.js"
import { check, providerName } from "./provider_card.js"

/** @typedef {import("./providers.js").Provider} Provider */
/** @typedef {import("./part.js").SettingsPart<any>} Part */

const PLACES = ["keyring", "protected", "file"]

/**
 * @param {Part} part
 * @param {Provider} provider
 * @param {boolean} isSet
 */
export function editKey(part, provider, isSet) {
  const value = h("input", { type: "password", autocomplete: "off", spellcheck: "false", maxlength: "4096" })
  const box = field({ label: t("settings.keys.value"), hint: t("settings.keys.value_hint"), control: value })
  const options = PLACES.map((one) => ({ value: one, label: t(`settings.keys.source_${one}`) }))
  const place = select([{ value: "", label: t("settings.keys.place_auto") }, ...options], "")
  const where = field({ label: t("settings.keys.place"), hint: t("settings.keys.place_hint"), control: place })
  const outcome = h("div", { class: "check", "aria-live": "polite" })
  const form = h(
    "form",
    { class: "stack", novalidate: true },
    box,
    h("details", {}, h("summary", {}, t("settings.keys.more")), where),
    outcome,
  )
  const save = button(t("settings.keys.save"), () => form.requestSubmit(), { kind: "main" })
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    save.disabled = true
    await submit(part, provider, { value: value.value.trim(), place: place.value || null }, box, outcome, dialog)
    save.disabled = false
  })
  const title = t(isSet ? "settings.keys.rotate_title" : "settings.keys.add_title", { name: providerName(provider) })
  const dialog = openDialog({ title, body: form, footer: save })
  value.focus()
}

/**
 * Keep the key, then check it at once; a key that does not work stays, and the dialog says why it does not.
 * @param {Part} part
 * @param {Provider} provider
 * @param {{ value: string, place: string | null }} body
 * @param {HTMLElement} box
 * @param {HTMLElement} outcome
 * @param {HTMLDialogElement} dialog
 */
async function submit(part, provider, { value, place }, box, outcome, dialog) {
  if (!value) return fieldError(box, t("settings.keys.missing"))
  try {
    await api.put(`/api/keys/provider:${provider.id}`, place ? { value, place } : { value })
  } catch (error) {
    return fieldError(box, errorText(error))
  }
  fieldError(box, "")
  const control = box.querySelector("input")
  if (control) control.value = ""
  const works = await check(provider, outcome)
  await part.refresh()
  if (!works) return outcome.prepend(notice("plain", "info", t("settings.keys.kept_anyway")))
  dialog.close()
  toast(t("settings.keys.works"))
}
