/** Messages on their way to the server: sent under one id each until it has answered, also over a reload. */

import { ApiError, api } from "../../core/api.js"

const KEY = "madang.outbox"
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 8_000

/** @typedef {import("./types.js").Options} Options */
/** @typedef {import("./types.js").Attachment} Attachment */
/**
 * @typedef {object} Message
 * @property {string} client_id
 * @property {string | null} conversation_id null: of a conversation that has not begun
 * @property {string} place the conversation's id, or the name that one has here until it has begun
 * @property {string} content
 * @property {Attachment[]} attachments
 * @property {Partial<Options>} options of a conversation that is still to be made
 * @property {string} [made_id] the conversation made for it
 * @property {"sending" | "waiting" | "failed" | "sent"} state `sent` until the conversation shows it
 * @property {unknown} [error]
 */

/** Fires `change`, and `sent` with `{ message, conversation_id }`. */
export class Outbox extends EventTarget {
  /** @type {Message[]} */
  messages = load()
  /**
   * What goes to one conversation goes one after the other, so that it arrives in the order it was written.
   * @type {Map<string, Promise<void>>}
   */
  #lines = new Map()

  /** Go on with what an earlier visit left. */
  resume() {
    for (const message of this.messages) this.#queue(message)
  }

  /** The place of a conversation that was still to begin when the page was left, if there is one. */
  get unbegun() {
    return this.messages.find(({ conversation_id }) => conversation_id === null)?.place
  }

  /** @param {Pick<Message, "place" | "conversation_id" | "content" | "attachments" | "options">} what */
  add(what) {
    /** @type {Message} */
    const message = { client_id: crypto.randomUUID(), state: "sending", ...what }
    this.messages.push(message)
    this.#changed()
    this.#queue(message)
    return message
  }

  /** @param {Message} message */
  retry(message) {
    this.#queue(message)
  }

  /** @param {Message} message */
  remove(message) {
    this.messages = this.messages.filter((each) => each !== message)
    this.#changed()
  }

  /** @param {string} place */
  of(place) {
    return this.messages.filter((message) => message.place === place)
  }

  /**
   * Let go of what was sent and stands in its conversation by now.
   * @param {Set<string | null>} known client ids of the turns that are shown
   */
  settle(known) {
    this.messages = this.messages.filter(({ state, client_id }) => state !== "sent" || !known.has(client_id))
  }

  /** @param {Message} message */
  #queue(message) {
    const before = this.#lines.get(message.place) ?? Promise.resolve()
    this.#lines.set(
      message.place,
      before.then(() => this.#send(message)),
    )
  }

  /** @param {Message} message */
  async #send(message) {
    for (let attempt = 0; this.messages.includes(message); attempt++) {
      this.#mark(message, attempt === 0 ? "sending" : "waiting")
      try {
        return this.#sent(message, await post(message))
      } catch (error) {
        if (!isPassing(error)) return this.#mark(message, "failed", error)
        await pause(attempt)
      }
    }
  }

  /**
   * @param {Message} message
   * @param {{ conversation_id: string }} answer
   */
  #sent(message, { conversation_id }) {
    const isNew = message.conversation_id === null
    if (isNew) this.#begin(message.place, conversation_id)
    message.state = "sent"
    this.dispatchEvent(new CustomEvent("sent", { detail: { message, conversation_id, isNew } }))
    this.#changed()
  }

  /**
   * A conversation has begun: what else was written in its place belongs to it.
   * @param {string} place
   * @param {string} conversationId
   */
  #begin(place, conversationId) {
    for (const message of this.of(place))
      Object.assign(message, { place: conversationId, conversation_id: conversationId })
    this.#lines.set(conversationId, this.#lines.get(place) ?? Promise.resolve())
  }

  /**
   * @param {Message} message
   * @param {Message["state"]} state
   * @param {unknown} [error]
   */
  #mark(message, state, error) {
    message.state = state
    message.error = error
    this.#changed()
  }

  #changed() {
    const left = this.messages.filter(({ state }) => state !== "sent")
    sessionStorage.setItem(KEY, JSON.stringify(left.map(({ error, ...message }) => message)))
    this.dispatchEvent(new Event("change"))
  }
}

/** @returns {Message[]} */
function load() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "[]")
  } catch {
    return []
  }
}

/** @param {Message} message */
async function post(message) {
  const { client_id, content, attachments } = message
  const id = message.conversation_id ?? (await made(message))
  return api.post("/api/chat", {
    content,
    client_id,
    wait: false,
    ...(id ? { conversation_id: id } : {}),
    ...(attachments.length > 0 ? { attachments: attachments.map((each) => each.id) } : {}),
  })
}

/** A conversation with options of its own is made before its first message. */
async function made(/** @type {Message} */ message) {
  const { options } = message
  if (Object.values(options).every((value) => value === null || value === undefined)) return null
  message.made_id ??= (await api.post("/api/chat/conversations", { options })).id
  return message.made_id
}

/** No answer, or one that asks to try again: the message may or may not have arrived, its id makes both the same. */
function isPassing(/** @type {unknown} */ error) {
  return error instanceof ApiError && (error.status === 0 || [502, 503, 504].includes(error.status))
}

/** @param {number} attempt */
function pause(attempt) {
  const wait = Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS)
  return new Promise((done) => {
    const timer = setTimeout(go, wait)
    addEventListener("online", go, { once: true })
    function go() {
      clearTimeout(timer)
      removeEventListener("online", go)
      done(null)
    }
  })
}
