/** The caps: each with a bar of what it has taken; added, changed and removed here. */

import { api, errorText } from "../../core/api.js"
import { moment, money, percent } from "../../core/format.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { capName } from "../../core/problems.js"
import { confirm } from "../../parts/dialog.js"
import { field, fieldError, select } from "../../parts/field.js"
import { openForm } from "../../parts/form.js"
import { progress } from "../../parts/progress.js"
import { modelName } from "./model_select.js"
import { numberField, parseNumber } from "./numbers.js"
import { actionsRow, button, card, itemsOf } from "./pieces.js"

const MICRO = 1_000_000
const MOST_DOLLARS = 1_000_000
const SCOPES = ["all", "conversation", "token", "model", "feature"]
const WINDOWS = ["day", "month", "total"]
const FEATURES = ["chat", "api", "title", "similar"]

/**
 * @typedef {object} Cap
 * @property {string} id
 * @property {string} scope
 * @property {string} subject
 * @property {string} window
 * @property {number} limit_microusd
 * @property {boolean} is_fixed
 * @property {number} spent_microusd
 * @property {number} reserved_microusd
 * @property {number} unknown_cost_calls
 * @property {string | null} resets_at
 */
/** @typedef {import("./part.js").SettingsPart<any>} Part */
/** @typedef {import("../../parts/field.js").Option} Option */
/** @typedef {Record<string, Option[]>} Subjects what can be chosen in each scope */

/** What there is to set a cap on. @returns {Promise<Subjects>} */
export async function readSubjects() {
  const [conversations, tokens, models] = await Promise.all([
    api.get("/api/chat/conversations?limit=100"),
    api.get("/api/tokens"),
    api.get("/api/settings/models"),
  ])
  return {
    all: [],
    conversation: itemsOf(conversations).map(({ id, title }) => ({ value: id, label: title })),
    token: itemsOf(tokens).map(({ id, name }) => ({ value: id, label: name })),
    model: models
      .filter((/** @type {{ is_free: boolean }} */ model) => !model.is_free)
      .map((/** @type {{ id: string }} */ { id }) => ({ value: id, label: modelName(models, id) })),
    feature: FEATURES.map((value) => ({ value, label: t(`caps.feature.${value}`) })),
  }
}

/**
 * @param {Part} part
 * @param {Cap[]} caps
 * @param {Subjects} subjects
 */
export function capCard(part, caps, subjects) {
  const create = button(t("settings.caps.add"), () => add(part, subjects), { icon: "plus", key: "cap-new" })
  return card(
    [
      caps.length === 0 && h("p", { class: "soft" }, t("settings.caps.none")),
      caps.length > 0 &&
        h(
          "ul",
          { role: "list", class: "rows" },
          caps.map((cap) => row(part, cap, subjects)),
        ),
      actionsRow(create),
    ],
    t("settings.caps.title"),
  )
}

/**
 * @param {Part} part
 * @param {Cap} cap
 * @param {Subjects} subjects
 */
function row(part, cap, subjects) {
  const { limit_microusd: limit, spent_microusd: spent, reserved_microusd: reserved } = cap
  const label = capName(cap)
  return h(
    "li",
    { class: "rows__one" },
    h(
      "div",
      { class: "grow" },
      h("strong", {}, label),
      cap.scope !== "all" && h("p", { class: "small clip" }, subjectName(cap, subjects)),
      progress({
        label,
        value: Math.min(spent + reserved, limit),
        max: limit,
        text: t("settings.caps.taken", { spent: money(spent), cap: money(limit), share: share(spent, limit) }),
      }),
      h("p", { class: "soft small" }, facts(cap)),
    ),
    !cap.is_fixed && button(t("parts.edit"), () => change(part, cap), { kind: "quiet", key: `cap-${cap.id}` }),
    !cap.is_fixed &&
      button(t("parts.delete"), () => remove(part, cap), { kind: "quiet-danger", key: `cap-delete-${cap.id}` }),
  )
}

/** @param {Cap} cap */
function facts({ reserved_microusd: reserved, unknown_cost_calls: unknown, resets_at: resetsAt, is_fixed: isFixed }) {
  const words = [
    resetsAt && t("settings.caps.resets", { time: moment(resetsAt) }),
    reserved > 0 && t("settings.caps.reserved", { sum: money(reserved) }),
    unknown > 0 && t("settings.caps.unknown", { count: unknown }),
    isFixed && t("settings.caps.fixed"),
  ]
  return words.filter(Boolean).join(" · ")
}

/**
 * @param {number} spent
 * @param {number} limit
 */
function share(spent, limit) {
  return percent(limit === 0 ? 1 : spent / limit)
}

/**
 * What a cap is set on, by the name it has now.
 * @param {{ scope: string, subject: string }} cap
 * @param {Subjects} subjects
 */
export function subjectName({ scope, subject }, subjects) {
  return subjects[scope]?.find(({ value }) => value === subject)?.label ?? subject
}

/**
 * @param {Part} part
 * @param {Subjects} subjects
 */
function add(part, subjects) {
  const scope = select(options(SCOPES, "scope"), "all")
  const window = select(options(WINDOWS, "window"), "day")
  const place = h("div", {})
  const limit = limitField(null)
  /** @type {HTMLSelectElement | null} */
  let subject = null
  const offer = () => {
    const offered = subjects[scope.value] ?? []
    subject = scope.value === "all" ? null : select(offered, offered[0]?.value ?? "")
    place.replaceChildren(...(subject ? [field({ label: t(`caps.scope.${scope.value}`), control: subject })] : []))
  }
  scope.addEventListener("change", offer)
  openForm({
    title: t("settings.caps.add"),
    body: [
      field({ label: t("settings.caps.scope"), control: scope }),
      place,
      field({ label: t("settings.caps.window"), control: window }),
      limit.box,
    ],
    save: t("parts.save"),
    onsave: async (dialog) => {
      const chosen = { scope: scope.value, subject: subject?.value ?? "", window: window.value }
      if (subject && !subject.value) return fieldError(place, t("settings.caps.nothing_to_choose"))
      await send(part, dialog, limit, (limit_microusd) => api.post("/api/settings/caps", { ...chosen, limit_microusd }))
    },
  })
}

/**
 * @param {Part} part
 * @param {Cap} cap
 */
function change(part, cap) {
  const limit = limitField(cap.limit_microusd)
  openForm({
    title: t("settings.caps.change"),
    body: [h("p", {}, capName(cap)), limit.box],
    save: t("parts.save"),
    onsave: (dialog) =>
      send(part, dialog, limit, (limit_microusd) => api.patch(`/api/settings/caps/${cap.id}`, { limit_microusd })),
  })
}

/**
 * @param {Part} part
 * @param {Cap} cap
 */
async function remove(part, cap) {
  const name = capName(cap)
  const question = {
    title: t("settings.caps.delete_title", { name }),
    text: t("settings.caps.delete_ask"),
    yes: t("parts.delete"),
  }
  if (await confirm(question)) await part.run(() => api.delete(`/api/settings/caps/${cap.id}`), t("settings.caps.gone"))
}

/** @typedef {{ box: HTMLElement, dollars: () => number | null }} LimitField */

/** @param {number | null} microusd @returns {LimitField} */
function limitField(microusd) {
  const box = numberField({
    label: t("settings.caps.limit"),
    hint: t("settings.caps.limit_hint"),
    value: microusd === null ? null : microusd / MICRO,
    min: 0,
    max: MOST_DOLLARS,
    unit: t("settings.limits.cap_unit"),
    placeholder: "",
    required: true,
    onvalue: () => {},
  })
  const control = /** @type {HTMLInputElement} */ (box.querySelector("input"))
  return { box, dollars: () => readDollars(control.value) }
}

/** @param {string} text @returns {number | null} null for what is no sum a cap can have */
function readDollars(text) {
  const value = parseNumber(text)
  return value !== null && value >= 0 && value <= MOST_DOLLARS ? value : null
}

/**
 * @param {Part} part
 * @param {HTMLDialogElement} dialog
 * @param {LimitField} limit
 * @param {(microusd: number) => Promise<unknown>} save
 */
async function send(part, dialog, { box, dollars }, save) {
  const value = dollars()
  if (value === null) return fieldError(box, t("settings.number_range", { min: 0, max: MOST_DOLLARS }))
  try {
    await save(Math.round(value * MICRO))
    dialog.close()
    await part.refresh()
  } catch (error) {
    fieldError(box, errorText(error))
  }
}

/**
 * @param {string[]} values
 * @param {"scope" | "window"} kind
 */
function options(values, kind) {
  return values.map((value) => ({ value, label: t(`caps.${kind}.${value}`) }))
}
