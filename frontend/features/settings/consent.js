/** Who answers goes on answering when a key or a provider comes in, until the person says otherwise. */

import { api } from "../../core/api.js"
import { t } from "../../core/i18n.js"
import { preferences } from "../../core/preferences.js"
import { confirm } from "../../parts/dialog.js"
import { toast } from "../../parts/toast.js"
import { modelName } from "./model_select.js"
import { itemsOf } from "./pieces.js"

/** @typedef {import("./model_select.js").ModelInfo} ModelInfo */

/**
 * Keep the model that answers now as the default, where nobody has chosen one yet: a new provider may be preferred to
 * it, and nothing may begin to cost money unasked.
 * @returns {Promise<ModelInfo | null>} the model; null where a choice stands already or nobody answers yet
 */
export async function holdDefault() {
  const [values, answer] = await Promise.all([preferences.load(), api.get("/api/settings/models")])
  const now = /** @type {ModelInfo[]} */ (itemsOf(answer)).find(({ is_default }) => is_default)
  if (values.default_model !== null || !now) return null
  await preferences.change({ default_model: now.id })
  return now
}

/**
 * Ask once whether a model of the new provider is to answer from now on; any other answer leaves things as they are.
 * @param {ModelInfo | null} held by `holdDefault`
 * @param {ModelInfo | null} suggested by the check of the new provider
 */
export async function offerDefault(held, suggested) {
  if (!held || !suggested || held.id === suggested.id) return
  const [before, after] = [modelName([held], held.id), modelName([suggested], suggested.id)]
  const question = {
    title: t("settings.consent.title", { model: suggested.name }),
    text: [
      t("settings.consent.text", { before, after }),
      ...(suggested.is_local ? [] : [t("settings.consent.cost", { name: suggested.provider_name })]),
      t("settings.consent.later"),
    ],
    yes: t("settings.consent.yes"),
    no: t("settings.consent.no"),
    danger: false,
  }
  if (!(await confirm(question))) return
  await preferences.change({ default_model: suggested.id })
  toast(t("settings.consent.done", { model: after }))
}
