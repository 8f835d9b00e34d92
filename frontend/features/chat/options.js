/** How this conversation asks: temperature, length, instructions and more, with presets to save and apply. */

import { errorText } from "../../core/api.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { loadStyle } from "../../core/style.js"
import { openDialog } from "../../parts/dialog.js"
import { field, fieldError, select } from "../../parts/field.js"
import { toast } from "../../parts/toast.js"
import { presetBar } from "./presets.js"
import { NO_OPTIONS } from "./types.js"

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("./types.js").Options} Options */
/** @typedef {"temperature" | "top_p" | "max_tokens" | "seed"} NumberName */

await loadStyle(new URL("../../styles/asking.css", import.meta.url))

/** @type {Record<NumberName, { min: number, max: number, step: string }>} */
const NUMBERS = {
  temperature: { min: 0, max: 2, step: "0.1" },
  top_p: { min: 0.01, max: 1, step: "0.05" },
  max_tokens: { min: 1, max: 1_000_000, step: "1" },
  seed: { min: 0, max: 2_147_483_647, step: "1" },
}
const EFFORTS = ["minimal", "low", "medium", "high"]

/** @param {Room} room */
export async function openOptions(room) {
  const form = new OptionsForm(room.model?.reasons ?? true)
  form.values = room.options
  const reset = h("button", { class: "button button--quiet", type: "button" }, t("chat.options.reset"))
  const save = h("button", { class: "button button--main", type: "submit", form: "chat-options" }, t("parts.save"))
  const body = [await presets(form), form.element]
  const dialog = openDialog({ title: t("chat.options.title"), body, footer: [reset, save], class: "options-dialog" })
  reset.addEventListener("click", () => {
    form.values = { ...NO_OPTIONS, model: form.values.model }
  })
  form.element.addEventListener("submit", (event) => {
    event.preventDefault()
    if (!form.check()) return
    void room.setOptions(form.values)
    dialog.close()
  })
}

/** @param {OptionsForm} form */
async function presets(form) {
  try {
    return await presetBar({
      read: () => (form.check() ? form.values : null),
      apply: (options) => {
        form.values = { ...NO_OPTIONS, ...options }
      },
    })
  } catch (error) {
    toast(errorText(error), { kind: "danger" })
    return null
  }
}

export class OptionsForm {
  /** @type {string | null} */
  #model = null
  #numbers = /** @type {Record<NumberName, HTMLInputElement>} */ (
    Object.fromEntries(Object.entries(NUMBERS).map(([name, limits]) => [name, numberInput(limits)]))
  )
  #effort = select(
    [
      { value: "", label: t("chat.options.default") },
      ...EFFORTS.map((value) => ({ value, label: t(`chat.options.effort.${value}`) })),
    ],
    "",
  )
  #similar = select(
    ["", "on", "off"].map((value) => ({ value, label: t(`chat.options.similar.${value || "default"}`) })),
    "",
  )
  #system = h("textarea", { rows: 4, placeholder: t("chat.options.system.placeholder") })
  /** @type {Map<NumberName, HTMLElement>} */
  #fields = new Map()
  element

  /** @param {boolean} reasons whether the model can be told how hard to think */
  constructor(reasons) {
    for (const name of /** @type {NumberName[]} */ (Object.keys(NUMBERS))) this.#fields.set(name, this.#field(name))
    this.element = h(
      "form",
      { id: "chat-options", class: "options", novalidate: true },
      field({ label: t("chat.options.system"), control: this.#system }),
      h("div", { class: "options__grid" }, [...this.#fields.values()]),
      reasons && field({ label: t("chat.options.effort"), control: this.#effort }),
      field({ label: t("chat.options.similar"), hint: t("chat.options.similar.hint"), control: this.#similar }),
    )
  }

  /** @param {NumberName} name */
  #field(name) {
    return field({
      label: t(`chat.options.${name}`),
      hint: t(`chat.options.${name}.hint`),
      control: this.#numbers[name],
    })
  }

  /** @returns {Options} */
  get values() {
    const value = (/** @type {NumberName} */ name) =>
      this.#numbers[name].value === "" ? null : Number(this.#numbers[name].value)
    return {
      model: this.#model,
      temperature: value("temperature"),
      top_p: value("top_p"),
      max_tokens: value("max_tokens"),
      seed: value("seed"),
      reasoning_effort: this.#effort.value || null,
      system_prompt: this.#system.value.trim() || null,
      similar: this.#similar.value === "" ? null : this.#similar.value === "on",
    }
  }

  /** @param {Options} options */
  set values(options) {
    this.#model = options.model
    for (const [name, input] of Object.entries(this.#numbers)) {
      input.value = String(options[/** @type {NumberName} */ (name)] ?? "")
    }
    this.#effort.value = options.reasoning_effort ?? ""
    this.#system.value = options.system_prompt ?? ""
    this.#similar.value = options.similar === null ? "" : options.similar ? "on" : "off"
  }

  /** Say at each number what is wrong with it. Returns whether nothing is. */
  check() {
    let isRight = true
    for (const [name, place] of this.#fields) {
      const isValid = this.#numbers[name].validity.valid
      fieldError(place, isValid ? "" : t("chat.options.range", { min: NUMBERS[name].min, max: NUMBERS[name].max }))
      isRight &&= isValid
    }
    return isRight
  }
}

/** @param {{ min: number, max: number, step: string }} limits */
function numberInput({ min, max, step }) {
  const exact = step === "1" ? "1" : "any"
  return h("input", {
    type: "number",
    min,
    max,
    step: exact,
    inputmode: "decimal",
    placeholder: t("chat.options.default"),
  })
}
