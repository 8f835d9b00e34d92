/** The buttons under a turn: what fits how it stands, and the way to its other branches. */

import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { icon } from "../../parts/icon.js"

/** @typedef {import("./turn.js").TurnState} TurnState */
/** @typedef {"stop" | "retry" | "continue" | "copy" | "copy_question" | "edit" | "start" | "remove" | "before" | "after"} ToolName */
/** @typedef {(name: ToolName) => void} Run */

/** @type {Record<string, import("../../parts/icon.js").IconName>} */
const ICONS = {
  stop: "stop",
  retry: "retry",
  continue: "play",
  copy: "copy",
  edit: "edit",
  start: "play",
  remove: "trash",
}

const CUT = new Set(["incomplete", "interrupted", "cancelled"])

/**
 * @param {TurnState} state
 * @param {Run} run
 */
export function turnTools(state, run) {
  const names = toolsFor(state)
  return h(
    "span",
    { class: "turn__tools" },
    names.map((name) => tool(name, run)),
    state.siblings.length > 1 && switcher(state, run),
  )
}

/**
 * @param {TurnState} state
 * @returns {ToolName[]}
 */
function toolsFor({ turn }) {
  if (turn.status === "streaming") return ["stop"]
  if (turn.status === "queued") return turn.held ? ["start", "remove"] : ["remove"]
  const hasText = turn.answer !== ""
  const isCut = CUT.has(turn.status) || (turn.status === "done" && turn.finish_reason === "length")
  return /** @type {ToolName[]} */ (
    [isCut && hasText && "continue", "retry", hasText && "copy", "edit"].filter(Boolean)
  )
}

/**
 * @param {ToolName} name
 * @param {Run} run
 */
function tool(name, run) {
  const picture = ICONS[name]
  return h(
    "button",
    { class: "tool", type: "button", dataset: { tool: name }, onclick: () => run(name) },
    picture && icon(picture),
    h("span", {}, t(`chat.tool.${name}`)),
  )
}

/**
 * The name of the tool that has the focus, as long as it is in this place.
 * @param {HTMLElement} place
 * @returns {string | null}
 */
export function focusedTool(place) {
  const active = document.activeElement
  return active instanceof HTMLElement && place.contains(active) ? (active.dataset.tool ?? "") : null
}

/**
 * Give the focus to a tool, or to the first one there is where that tool is gone.
 * @param {HTMLElement} place
 * @param {string} name
 */
export function focusTool(place, name) {
  const tools = /** @type {HTMLElement[]} */ ([...place.querySelectorAll("[data-tool]:not(:disabled)")])
  const wanted = tools.find(({ dataset }) => dataset.tool === name) ?? tools[0]
  wanted?.focus()
  return wanted !== undefined
}

/**
 * `‹ 2/3 ›`
 * @param {TurnState} state
 * @param {Run} run
 */
function switcher({ turn, siblings }, run) {
  const at = siblings.findIndex(({ id }) => id === turn.id)
  const step = (/** @type {"before" | "after"} */ name, /** @type {boolean} */ disabled) =>
    h(
      "button",
      {
        class: "tool tool--step",
        type: "button",
        dataset: { tool: name },
        "aria-label": t(`chat.branch.${name}`),
        disabled,
        onclick: () => run(name),
      },
      icon(name === "before" ? "left" : "right"),
    )
  return h(
    "span",
    { class: "branches", role: "group", "aria-label": t("chat.branch.label") },
    step("before", at === 0),
    h("span", { class: "number" }, `${at + 1}/${siblings.length}`),
    step("after", at === siblings.length - 1),
  )
}
