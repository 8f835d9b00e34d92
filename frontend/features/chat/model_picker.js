/** A dialog to choose the model of a conversation: grouped by provider, found by typing. */

import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { loadStyle } from "../../core/style.js"
import { chip } from "../../parts/chip.js"
import { openDialog } from "../../parts/dialog.js"
import { maker } from "../../parts/maker.js"

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("./types.js").ModelInfo} ModelInfo */

await loadStyle(new URL("../../styles/asking.css", import.meta.url))

/** @param {Room} room */
export function openModelPicker(room) {
  const search = h("input", {
    class: "control",
    type: "search",
    placeholder: t("chat.model.search"),
    "aria-label": t("chat.model.search"),
  })
  const choose = (/** @type {string | null} */ id) => {
    dialog.close()
    void room.setOptions({ model: id })
  }
  const list = h("div", { class: "models" })
  const draw = () => list.replaceChildren(...choices(room, search.value.trim().toLowerCase(), choose))
  search.addEventListener("input", draw)
  list.addEventListener("keydown", (event) => move(list, event))
  search.addEventListener("keydown", (event) => move(list, event))
  draw()
  const dialog = openDialog({ title: t("chat.model.title"), body: [search, list], class: "model-dialog" })
  search.focus()
}

/**
 * @param {Room} room
 * @param {string} query
 * @param {(id: string | null) => void} choose
 * @returns {HTMLElement[]}
 */
function choices(room, query, choose) {
  const fits = room.models.all.filter((model) => `${model.name} ${maker(model)}`.toLowerCase().includes(query))
  const chosen = room.options.model
  const standard = h(
    "button",
    { class: "models__one", type: "button", "aria-pressed": String(chosen === null), onclick: () => choose(null) },
    h("span", {}, t("chat.model.standard")),
    h("small", { class: "soft" }, room.models.find(null)?.name ?? ""),
  )
  const groups = [...Map.groupBy(fits, maker)].map(([name, models]) =>
    h(
      "section",
      {},
      h("h3", { class: "models__provider" }, name),
      models.map((model) => one(model, chosen, choose)),
    ),
  )
  if (fits.length === 0) groups.push(h("section", {}, h("p", { class: "soft" }, t("chat.model.none"))))
  return query ? groups : [standard, ...groups]
}

/**
 * @param {ModelInfo} model
 * @param {string | null} chosen
 * @param {(id: string) => void} choose
 */
function one(model, chosen, choose) {
  return h(
    "button",
    {
      class: "models__one",
      type: "button",
      "aria-pressed": String(model.id === chosen),
      disabled: !model.available,
      onclick: () => choose(model.id),
    },
    h("span", {}, model.name),
    h(
      "span",
      { class: "models__chips" },
      model.is_local && !model.is_builtin && chip(t("chat.model.local")),
      model.sees_images && chip(t("chat.model.sees")),
      model.reasons && chip(t("chat.model.reasons")),
      !model.available && chip(t("chat.model.unavailable"), "warn"),
    ),
  )
}

/**
 * @param {HTMLElement} list
 * @param {KeyboardEvent} event
 */
function move(list, event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (!step) return
  const all = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("button:not(:disabled)")])
  const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement))
  event.preventDefault()
  all.at(Math.min(at + step, all.length - 1))?.focus()
}
