/** Saved ways of asking: apply one, save the present one under a name, delete one. */

import { api, errorText } from "../../core/api.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { field, fieldError, select } from "../../parts/field.js"
import { toast } from "../../parts/toast.js"

/** @typedef {import("./types.js").Options} Options */
/** @typedef {{ id: string, name: string, options: Options }} Preset */
/** @typedef {{ read: () => Options | null, apply: (options: Options) => void }} Target */

/**
 * @param {Target} target
 * @returns {Promise<HTMLElement>}
 */
export async function presetBar(target) {
  const bar = h("div", { class: "presets" })
  await draw(bar, target, null)
  return bar
}

/**
 * @param {HTMLElement} bar
 * @param {Target} target
 * @param {string | null} chosen
 */
async function draw(bar, target, chosen) {
  const presets = await readAll()
  const choice = select(
    [{ value: "", label: t("chat.presets.none") }, ...presets.map(({ id, name }) => ({ value: id, label: name }))],
    chosen ?? "",
  )
  const found = () => presets.find(({ id }) => id === choice.value)
  const remove = h("button", { class: "button button--quiet-danger", type: "button" }, t("parts.delete"))
  const save = h("button", { class: "button", type: "button" }, t("chat.presets.save"))
  const showButtons = () => {
    remove.hidden = !found()
  }
  choice.addEventListener("change", () => {
    const preset = found()
    if (preset) target.apply(preset.options)
    showButtons()
  })
  remove.addEventListener("click", () => void removeOne(bar, target, found()))
  save.addEventListener("click", () => askName(bar, target))
  showButtons()
  fill(bar, field({ label: t("chat.presets"), control: choice, after: [remove, save] }))
}

/** @returns {Promise<Preset[]>} */
async function readAll() {
  const answer = await api.get("/api/chat/presets")
  return answer.items ?? answer
}

/**
 * @param {HTMLElement} bar
 * @param {Target} target
 */
function askName(bar, target) {
  const options = target.read()
  if (!options) return
  const input = h("input", { type: "text", maxlength: "100" })
  const save = h("button", { class: "button button--main", type: "button" }, t("parts.save"))
  const box = field({ label: t("chat.presets.name"), control: input, after: save })
  const go = async () => {
    const name = input.value.trim()
    if (!name) return fieldError(box, t("chat.presets.name_missing"))
    try {
      const { id } = await api.post("/api/chat/presets", { name, options })
      toast(t("chat.presets.saved", { name }))
      await draw(bar, target, id)
    } catch (error) {
      fieldError(box, errorText(error))
    }
  }
  save.addEventListener("click", () => void go())
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return
    event.preventDefault()
    void go()
  })
  fill(bar, box)
  input.focus()
}

/**
 * @param {HTMLElement} bar
 * @param {Target} target
 * @param {Preset | undefined} preset
 */
async function removeOne(bar, target, preset) {
  if (!preset) return
  try {
    await api.delete(`/api/chat/presets/${preset.id}`)
    const undo = async () => {
      await api.post("/api/chat/presets", { name: preset.name, options: preset.options })
      await draw(bar, target, null)
    }
    toast(t("chat.presets.deleted", { name: preset.name }), { action: { label: t("parts.undo"), run: undo } })
    await draw(bar, target, null)
  } catch (error) {
    toast(errorText(error), { kind: "danger" })
  }
}
