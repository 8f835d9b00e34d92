/** One turn: what was asked, the answer, how it stands, its receipt, and what can be done with it. Fires `chat-act`, and `chat-unfocused` when what had the focus is gone. */

import { define, MadangElement } from "../../core/element.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { ChatAnswer } from "./answer.js"
import { problemBox } from "./problem.js"
import { live, receiptLine } from "./receipt.js"
import { editBox, said } from "./said.js"
import { focusedTool, focusTool, turnTools } from "./turn_tools.js"
import { WaitingNote } from "./waiting.js"

/** @typedef {import("./types.js").Turn} Turn */
/** @typedef {import("./types.js").TurnMark} TurnMark */
/** @typedef {{ turn: Turn, siblings: (Turn | TurnMark)[], isLast: boolean, isCut: boolean }} TurnState `isCut`: the model no longer sees what stands above */

export class ChatTurn extends MadangElement {
  /** @type {TurnState | null} */
  #state = null
  #question = h("div", { class: "turn__question" })
  #answer = new ChatAnswer()
  #waiting = new WaitingNote()
  #problem = h("div", { class: "turn__problem" })
  #cut = h("p", { class: "turn__cut" }, t("chat.cut"))
  #foot = h("footer", { class: "receipt" })

  /** @override */
  connected() {
    if (this.firstChild) return
    this.className = "turn"
    this.setAttribute("role", "article")
    this.append(this.#question, this.#answer, this.#waiting, this.#problem, this.#foot)
  }

  /** @param {TurnState} state */
  show(state) {
    const before = this.#state
    this.#state = state
    const { turn } = state
    if (before?.turn.content !== turn.content) this.#ask(turn)
    if (before?.turn !== turn) {
      this.dataset.status = turn.status
      this.#answer.show(turn.answer, turn.reasoning, turn.status !== "streaming")
      this.#waiting.show(turn)
      fillOnce(
        this.#problem,
        turn.error && turn.status !== "streaming" ? problemBox(turn) : null,
        before?.turn.error,
        turn.error,
      )
    }
    this.isCut = state.isCut
    if (!before || hasOtherFoot(before, state)) this.#drawFoot(state)
  }

  /** Whether the model no longer sees what stands above. @param {boolean} isCut */
  set isCut(isCut) {
    if (isCut === this.#cut.isConnected) return
    if (isCut) this.prepend(this.#cut)
    else this.#cut.remove()
  }

  /** @param {TurnState} state */
  #drawFoot(state) {
    const held = focusedTool(this.#foot)
    const tools = turnTools(state, (name) => this.#do(name))
    fill(this.#foot, receiptLine(state), tools)
    if (held !== null) focusTool(this.#foot, held)
  }

  /** Say the question differently, on a branch of its own. */
  edit() {
    const { turn } = this.#state ?? {}
    if (!turn) return
    const before = document.activeElement
    const box = editBox(turn.content, {
      oncancel: () => {
        this.#ask(turn)
        if (before instanceof HTMLElement) before.focus()
      },
      onsave: (content) => {
        this.#ask(turn)
        this.fire("chat-unfocused")
        this.fire("chat-act", { name: "edit", turn, content })
      },
    })
    fill(this.#question, box)
    box.querySelector("textarea")?.focus()
  }

  /** @param {Turn} turn */
  #ask(turn) {
    this.setAttribute("aria-label", t("chat.turn", { question: turn.content.slice(0, 80) }))
    fill(this.#question, said(turn.content, turn.attachments))
  }

  /** @param {import("./turn_tools.js").ToolName} name */
  #do(name) {
    if (!this.#state) return
    const { turn, siblings } = this.#state
    const at = siblings.findIndex(({ id }) => id === turn.id)
    if (name === "edit") return this.edit()
    if (name === "before" || name === "after") {
      const to = siblings[name === "before" ? at - 1 : at + 1]
      if (to) this.fire("chat-act", { name: "branch", turn, to })
    } else this.fire("chat-act", { name, turn })
  }
}

/**
 * @param {HTMLElement} place
 * @param {Node | null} content
 * @param {unknown} before
 * @param {unknown} now
 */
function fillOnce(place, content, before, now) {
  if (before !== now || (content === null) !== (place.firstChild === null)) fill(place, content)
}

/**
 * @param {TurnState} before
 * @param {TurnState} now
 */
function hasOtherFoot(before, now) {
  const isSame = /** @type {const} */ (["status", "held", "receipt", "model", "finish_reason"]).every(
    (name) => before.turn[name] === now.turn[name],
  )
  return (
    !isSame ||
    live(before.turn) !== live(now.turn) ||
    before.isLast !== now.isLast ||
    before.siblings.length !== now.siblings.length ||
    place(before) !== place(now)
  )
}

/** @param {TurnState} state */
function place({ turn, siblings }) {
  return siblings.findIndex(({ id }) => id === turn.id)
}

define("md-chat-turn", ChatTurn)
