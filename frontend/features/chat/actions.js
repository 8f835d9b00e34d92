/** What can be done with a turn. */

import { api } from "../../core/api.js"
import { t } from "../../core/i18n.js"
import { toast } from "../../parts/toast.js"
import { leafOf } from "./branches.js"

/** @typedef {import("./room.js").Room} Room */
/** @typedef {import("./types.js").Turn} Turn */
/** @typedef {import("./types.js").TurnMark} TurnMark */
/** @typedef {import("./outbox.js").Message} Message */
/**
 * @typedef {{ name: "stop" | "retry" | "fresh" | "wrong" | "never" | "other" | "continue" | "start" | "remove" | "copy" | "copy_question", turn: Turn }
 *   | { name: "edit", turn: Turn, content: string }
 *   | { name: "branch", turn: Turn, to: Turn | TurnMark }
 *   | { name: "resend" | "unsend", message: Message }} Request
 */

/**
 * @param {Room} room
 * @param {Request} request
 * @returns {Promise<unknown>}
 */
export async function act(room, request) {
  switch (request.name) {
    case "stop":
      return stopTurn(request.turn)
    case "retry":
      return api.post(`/api/chat/turns/${request.turn.id}/retry`, { cache: "off" })
    case "fresh":
      return api.post(`/api/chat/turns/${request.turn.id}/retry`, { cache: "refresh" })
    case "wrong":
      return wrong(request.turn)
    case "other":
      return askOther(request.turn)
    case "never":
      return neverKeep(request.turn)
    case "continue":
      return api.post(`/api/chat/turns/${request.turn.id}/continue`, {})
    case "start":
      return api.post(`/api/chat/turns/${request.turn.id}/start`, {})
    case "remove":
      return api.delete(`/api/chat/turns/${request.turn.id}`)
    case "copy":
      return copy(request.turn.answer)
    case "copy_question":
      return copy(request.turn.content)
    case "edit":
      return api.post(`/api/chat/turns/${request.turn.id}/edit`, edited(request))
    case "branch":
      return showBranch(room, request.to)
    case "resend":
      return room.outbox.retry(request.message)
    case "unsend":
      return takeBack(room, request.message)
  }
}

/** @param {string} text */
async function copy(text) {
  const { copyText } = await import("../../parts/copy.js")
  return copyText(text, t("chat.copied"))
}

/** The answer belongs to another question: it is not given to this one again, and the model is asked. @param {Turn} turn */
async function wrong({ id, receipt }) {
  await api.post("/api/settings/cache/wrong", { call_id: receipt?.call_id })
  toast(t("chat.wrong.done"))
  return api.post(`/api/chat/turns/${id}/retry`, { cache: "refresh" })
}

/** @param {Turn} turn */
async function neverKeep({ receipt }) {
  await api.post("/api/settings/cache/never", { call_id: receipt?.call_id })
  toast(t("chat.never.done"))
}

/** Ask the model that would have answered without the rule. @param {Turn} turn */
function askOther({ id, receipt }) {
  return api.post(`/api/chat/turns/${id}/retry`, { cache: "auto", model: receipt?.route_instead_of })
}

/** @param {Turn} turn */
export function stopTurn(turn) {
  return api.post(`/api/chat/turns/${turn.id}/stop`, {})
}

/** @param {{ turn: Turn, content: string }} request */
function edited({ turn, content }) {
  return { content, attachments: turn.attachments.map(({ id }) => id) }
}

/**
 * @param {Room} room
 * @param {Turn | TurnMark} to
 */
function showBranch({ talk }, to) {
  if (!talk) return null
  return api.patch(`/api/chat/conversations/${talk.id}`, { active_turn_id: leafOf(talk.turns, to).id })
}

/**
 * A message that did not get out goes back into the box.
 * @param {Room} room
 * @param {Message} message
 */
function takeBack(room, message) {
  room.outbox.remove(message)
  if (room.composer.text === "") room.composer.text = message.content
  room.composer.focus()
}
