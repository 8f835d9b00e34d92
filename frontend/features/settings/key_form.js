/** Setting or rotating a key: it goes in here and never comes back out. */

import { api, errorText } from "../../core/api.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { field, fieldError, select } from "../../parts/field.js"
import { openForm } from "../../parts/form.js"
import { toast } from "../../parts/toast.js"
import { notice } from "./pieces.js"
import { check, providerName } from "./provider_card.js"

/** @typedef {import("./providers.js").Provider} Provider */
/** @typedef {import("./providers.js").Providers} Part */

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
  const more = h("details", {}, h("summary", {}, t("settings.keys.more")), where)
  openForm({
    title: t(isSet ? "settings.keys.rotate_title" : "settings.keys.add_title", { name: providerName(provider) }),
    body: [box, more, outcome],
    save: t("settings.keys.save"),
    onsave: async (dialog) => {
      const body = { value: value.value.trim(), ...(place.value ? { place: place.value } : {}) }
      if (!body.value) return fieldError(box, t("settings.keys.missing"))
      if (!isSet) await part.consent.hold()
      if (!(await keep(part, provider, body, box))) return
      value.value = ""
      await tryOut(part, provider, outcome, dialog)
    },
  })
}

/**
 * @param {Part} part
 * @param {Provider} provider
 * @param {{ value: string, place?: string }} body
 * @param {HTMLElement} box
 * @returns {Promise<boolean>} whether the key is kept
 */
async function keep(part, provider, body, box) {
  try {
    await api.put(`/api/keys/provider:${provider.id}`, body)
    fieldError(box, "")
    return true
  } catch (error) {
    fieldError(box, errorText(error))
    await part.consent.release()
    return false
  }
}

/**
 * Check the key at once; one that does not work stays, and the dialog says why it does not.
 * @param {Part} part
 * @param {Provider} provider
 * @param {HTMLElement} outcome
 * @param {HTMLDialogElement} dialog
 */
async function tryOut(part, provider, outcome, dialog) {
  const found = await check(provider, outcome)
  await part.refresh()
  if (!found) return outcome.prepend(notice("plain", "info", t("settings.keys.kept_anyway")))
  dialog.close()
  toast(t("settings.keys.works"))
  await part.consent.offer(found.suggested)
}
