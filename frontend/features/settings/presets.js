/** Saved ways of asking: a name for a model, its temperature and its instructions. */

import { api, errorText } from "../../core/api.js"
import { number } from "../../core/format.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { confirm, openDialog } from "../../parts/dialog.js"
import { field, fieldError } from "../../parts/field.js"
import { modelName, modelSelect } from "./model_select.js"
import { effortSelect, samplingFields } from "./options.js"
import { actionsRow, button, card } from "./pieces.js"

/**
 * @typedef {object} Options
 * @property {string | null} model
 * @property {number | null} temperature
 * @property {number | null} top_p
 * @property {number | null} max_tokens
 * @property {number | null} seed
 * @property {string | null} reasoning_effort
 * @property {string | null} system_prompt
 */
/** @typedef {{ id: string, name: string, options: Options }} Preset */
/** @typedef {import("./model_select.js").ModelInfo} ModelInfo */
/** @typedef {import("./part.js").SettingsPart<any>} Part */

/** @type {Options} */
const NOTHING = {
  model: null,
  temperature: null,
  top_p: null,
  max_tokens: null,
  seed: null,
  reasoning_effort: null,
  system_prompt: null,
}

/**
 * @param {Part} part
 * @param {Preset[]} presets
 * @param {ModelInfo[]} models
 */
export function presetCard(part, presets, models) {
  const create = button(t("settings.presets.create"), () => edit(part, models, null), {
    icon: "plus",
    key: "preset-new",
  })
  const rows = presets.map((preset) => row(part, preset, models))
  return card(
    [
      h("p", { class: "soft" }, t(presets.length > 0 ? "settings.presets.lead" : "settings.presets.none")),
      presets.length > 0 && h("ul", { role: "list", class: "rows" }, rows),
      actionsRow(create),
    ],
    t("settings.presets.title"),
  )
}

/**
 * @param {Part} part
 * @param {Preset} preset
 * @param {ModelInfo[]} models
 */
function row(part, preset, models) {
  return h(
    "li",
    { class: "rows__one" },
    h(
      "div",
      { class: "grow" },
      h("strong", {}, preset.name),
      h("p", { class: "soft small clip" }, summary(preset.options, models)),
    ),
    button(t("parts.edit"), () => edit(part, models, preset), { kind: "quiet", key: `preset-${preset.id}` }),
    button(t("parts.delete"), () => remove(part, preset), { kind: "quiet-danger", key: `preset-delete-${preset.id}` }),
  )
}

/**
 * @param {Options} options
 * @param {ModelInfo[]} models
 */
function summary(options, models) {
  const words = [
    options.model && modelName(models, options.model),
    options.temperature !== null && t("settings.presets.temperature", { value: number(options.temperature) }),
    options.system_prompt,
  ]
  return words.filter(Boolean).join(" · ") || t("settings.presets.all_default")
}

/**
 * @param {Part} part
 * @param {Preset} preset
 */
async function remove(part, { id, name }) {
  const question = {
    title: t("settings.presets.delete_title", { name }),
    text: t("settings.presets.delete_ask"),
    yes: t("parts.delete"),
  }
  if (await confirm(question))
    await part.run(() => api.delete(`/api/chat/presets/${id}`), t("settings.presets.deleted", { name }))
}

/**
 * @param {Part} part
 * @param {ModelInfo[]} models
 * @param {Preset | null} preset null makes a new one
 */
function edit(part, models, preset) {
  const options = { ...NOTHING, ...preset?.options }
  const name = h("input", {
    type: "text",
    maxlength: "100",
    value: preset?.name,
    placeholder: t("settings.presets.name_example"),
  })
  const named = field({ label: t("settings.presets.name"), control: name })
  const model = modelSelect(models, options.model, t("settings.presets.model_default"))
  const effort = effortSelect(options.reasoning_effort)
  const prompt = h("textarea", { rows: 4, value: options.system_prompt })
  const body = [
    named,
    field({ label: t("settings.presets.model"), control: model }),
    field({ label: t("settings.models.system"), control: prompt }),
    h(
      "div",
      { class: "columns" },
      samplingFields(options, (patch) => Object.assign(options, patch)),
    ),
    field({ label: t("settings.models.effort"), control: effort }),
  ]
  const save = async () => {
    const chosen = {
      model: model.value || null,
      reasoning_effort: effort.value || null,
      system_prompt: prompt.value.trim() || null,
    }
    await submit(part, dialog, named, preset, { name: name.value.trim(), options: { ...options, ...chosen } })
  }
  const title = t(preset ? "settings.presets.edit" : "settings.presets.create")
  const dialog = openDialog({ title, body, footer: button(t("parts.save"), save, { kind: "main" }) })
  name.focus()
}

/**
 * @param {Part} part
 * @param {HTMLDialogElement} dialog
 * @param {HTMLElement} named
 * @param {Preset | null} preset
 * @param {{ name: string, options: Options }} body
 */
async function submit(part, dialog, named, preset, body) {
  fieldError(named, body.name ? "" : t("settings.presets.name_missing"))
  if (dialog.querySelector("[aria-invalid]")) return
  try {
    if (preset) await api.patch(`/api/chat/presets/${preset.id}`, body)
    else await api.post("/api/chat/presets", body)
    dialog.close()
    await part.refresh()
  } catch (error) {
    fieldError(named, errorText(error))
  }
}
