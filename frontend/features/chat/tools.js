/** The tools below the box: a file, the model, and how it is asked. */

import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { icon } from "../../parts/icon.js"

/** @typedef {import("./room.js").Room} Room */

/**
 * @param {Room} room
 * @returns {HTMLElement[]} each hears `chat-options` when model or options are others
 */
export function composerTools(room) {
  return [fileButton(room), modelButton(room), optionsButton(room)]
}

/** @param {Room} room */
function fileButton(room) {
  const input = h("input", { type: "file", multiple: true, hidden: true, "aria-label": t("chat.files.add") })
  input.addEventListener("change", () => {
    room.attachments.add([...(input.files ?? [])])
    input.value = ""
  })
  const button = tool("attach", t("chat.files.add"), () => input.click())
  return h("span", {}, input, button)
}

/** @param {Room} room */
function modelButton(room) {
  const button = tool("model", t("chat.model"), async () => {
    const { openModelPicker } = await import("./model_picker.js")
    openModelPicker(room)
  })
  button.setAttribute("aria-haspopup", "dialog")
  button.addEventListener("chat-options", () => {
    const name = room.model?.name ?? room.options.model ?? t("chat.model")
    const words = button.querySelector("span")
    if (words) words.textContent = name
    button.setAttribute("aria-label", t("chat.model.label", { name }))
  })
  return button
}

/** @param {Room} room */
function optionsButton(room) {
  const button = tool("sliders", t("chat.options"), async () => {
    const { openOptions } = await import("./options.js")
    await openOptions(room)
  })
  button.setAttribute("aria-haspopup", "dialog")
  return button
}

/**
 * @param {import("../../parts/icon.js").IconName} picture
 * @param {string} label
 * @param {() => unknown} onclick
 */
function tool(picture, label, onclick) {
  return h(
    "button",
    { class: "tool composer__tool", type: "button", "aria-label": label, onclick },
    icon(picture),
    h("span", { class: "clip" }, label),
  )
}
