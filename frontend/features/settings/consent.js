/** Who answers goes on answering when a key or a provider comes in, until the person says otherwise. */

import { api } from "../../core/api.js"
import { t } from "../../core/i18n.js"
import { preferences } from "../../core/preferences.js"
import { confirm } from "../../parts/dialog.js"
import { toast } from "../../parts/toast.js"
import { modelName } from "./model_select.js"
import { itemsOf } from "./pieces.js"

/** @typedef {import("./model_select.js").ModelInfo} ModelInfo */

export class Consent {
  /** The model that answered before, until the person was asked. @type {ModelInfo | null} */
  #held = null

  /**
   * Keep the model that answers now as the default, where nobody has chosen one yet: a new provider may be preferred
   * to it, and nothing may begin to cost money unasked.
   */
  async hold() {
    this.#held ??= await standing()
    if (this.#held) await preferences.change({ default_model: this.#held.id })
  }

  /** Nothing came in after all. */
  async release() {
    if (!this.#held) return
    this.#held = null
    await preferences.change({ default_model: null })
  }

  /**
   * Ask once whether a model of what came in is to answer from now on; any other answer leaves things as they are.
   * @param {ModelInfo | null} suggested by the check of the provider
   */
  async offer(suggested) {
    const held = this.#held
    if (!held || !suggested) return
    this.#held = null
    if (held.id === suggested.id || !(await confirm(question(held, suggested)))) return
    await preferences.change({ default_model: suggested.id })
    toast(t("settings.consent.done", { model: modelName([suggested], suggested.id) }))
  }
}

/** @returns {Promise<ModelInfo | null>} who answers now; null where a choice stands already or nobody answers yet */
async function standing() {
  const [values, answer] = await Promise.all([preferences.load(), api.get("/api/settings/models")])
  const now = /** @type {ModelInfo[]} */ (itemsOf(answer)).find(({ is_default }) => is_default)
  return values.default_model === null ? (now ?? null) : null
}

/**
 * @param {ModelInfo} held
 * @param {ModelInfo} suggested
 */
function question(held, suggested) {
  const [before, after] = [modelName([held], held.id), modelName([suggested], suggested.id)]
  const cost = suggested.is_local ? [] : [t("settings.consent.cost", { name: suggested.provider_name })]
  return {
    title: t("settings.consent.title", { model: suggested.name }),
    text: [t("settings.consent.text", { before, after }), ...cost, t("settings.consent.later")],
    yes: t("settings.consent.yes"),
    no: t("settings.consent.no"),
    danger: false,
  }
}
