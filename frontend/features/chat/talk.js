/**
 * One conversation as the server has it: read once, then kept up by its numbered events, each counted once.
 *
 * All its turns are known, but only of those near the reader the words are here: `need` fetches them, `release` lets
 * go of the others.
 */

import { ApiError, api } from "../../core/api.js"
import { live } from "../../core/live.js"
import { byParent, shownPath } from "./branches.js"

/** @typedef {import("./types.js").Turn} Turn */
/** @typedef {import("./types.js").TurnMark} TurnMark */
/** @typedef {import("./types.js").Conversation} Conversation */
/** @typedef {import("../../core/live.js").LiveEvent} LiveEvent */

const NEWEST = 30
// So many turns keep their words; the server gives no more than a hundred at once.
const MOST_WHOLE = 120
const MOST_ASKED = 50
const GATHER_MS = 30
const RETRY_MS = 2000

/** Fires `turn` (detail: its id), `path` (other turns are shown), `conversation` and `answer` (detail: a Turn that began or ended). */
export class Talk extends EventTarget {
  /** @type {Conversation} */
  conversation
  /** @type {Map<string, Turn | TurnMark>} */
  turns = new Map()
  /** @type {(Turn | TurnMark)[]} */
  path = []
  /** @type {Map<string | null, (Turn | TurnMark)[]>} */
  #children = new Map()
  /** Turns whose words are asked for. @type {Set<string>} */
  #needed = new Set()
  #isFetching = false
  #number = 0
  #stop = () => {}

  /** @param {Conversation} conversation */
  constructor(conversation) {
    super()
    this.conversation = conversation
  }

  /**
   * Read a conversation and follow it. Throws ApiError, e.g. `not_found`.
   * @param {string} id
   */
  static async open(id) {
    const snapshot = await read(id)
    const talk = new Talk(snapshot.conversation)
    talk.#take(snapshot)
    talk.#follow()
    return talk
  }

  get id() {
    return this.conversation.id
  }

  /** The turn that is being answered, if any; its words are always here. @returns {Turn | null} */
  get running() {
    return /** @type {Turn | undefined} */ (this.path.find(({ status }) => status === "streaming")) ?? null
  }

  /** The branches a turn is one of, oldest first. @param {Turn | TurnMark} turn */
  siblings(turn) {
    return this.#children.get(turn.parent_id) ?? [turn]
  }

  close() {
    this.#stop()
    this.#needed.clear()
  }

  /** Fetch the words of a turn; `turn` fires once they are here. @param {string} id */
  need(id) {
    this.#needed.add(id)
    this.#fetchIn(GATHER_MS)
  }

  /** @param {number} milliseconds */
  #fetchIn(milliseconds) {
    if (this.#isFetching || this.#needed.size === 0) return
    this.#isFetching = true
    setTimeout(() => void this.#fetch(), milliseconds)
  }

  async #fetch() {
    const ids = [...this.#needed].slice(-MOST_ASKED)
    const isBack = await this.#read(ids)
    if (isBack) for (const id of ids) this.#needed.delete(id)
    this.#isFetching = false
    this.#fetchIn(isBack ? GATHER_MS : RETRY_MS)
  }

  /**
   * @param {string[]} ids
   * @returns {Promise<boolean>} false: there is no line to the server, try again
   */
  async #read(ids) {
    if (ids.length === 0) return true
    try {
      const query = ids.map((id) => `id=${id}`).join("&")
      const { items } = await api.get(`/api/chat/conversations/${this.id}/turns?${query}`)
      for (const turn of items) if (isMark(this.turns.get(turn.id))) this.#set(turn)
      return true
    } catch (error) {
      return !(error instanceof ApiError && error.status === 0)
    }
  }

  /** Let the words go of turns that are far from the reader. @param {ReadonlyMap<string, unknown>} near */
  release(near) {
    const whole = [...this.turns.values()].filter((turn) => !isMark(turn))
    if (whole.length <= MOST_WHOLE) return
    const newest = new Set(whole.slice(-NEWEST))
    for (const turn of whole) if (!near.has(turn.id) && !newest.has(turn) && hasEnded(turn)) this.#let(turn)
  }

  /** @param {Turn | TurnMark} turn */
  #let({ id, parent_id, client_id, status }) {
    this.#replace({ id, parent_id, client_id, status })
  }

  /** @param {Turn} turn */
  #set(turn) {
    this.#replace(turn)
    this.#tell("turn", turn.id)
  }

  /** Put a turn in the place of itself, with words or without. @param {Turn | TurnMark} turn */
  #replace(turn) {
    const before = this.turns.get(turn.id)
    this.turns.set(turn.id, turn)
    const at = before ? this.path.indexOf(before) : -1
    if (at >= 0) this.path[at] = turn
    const siblings = this.#children.get(turn.parent_id) ?? []
    const place = before ? siblings.indexOf(before) : -1
    if (place >= 0) siblings[place] = turn
  }

  #follow() {
    this.#stop = live.follow(`conversation:${this.id}`, this.#number, {
      event: (event) => this.apply(event),
      resync: () => void this.#again(),
    })
  }

  /** Read everything anew: events are missing. */
  async #again() {
    this.#stop()
    try {
      this.#take(await read(this.id))
      this.#tell("conversation")
      this.#tell("path")
      for (const { id } of this.path) this.#tell("turn", id)
    } finally {
      this.#follow()
    }
  }

  /** @param {{ conversation: Conversation, turns: Turn[], others: TurnMark[], number: number }} snapshot */
  #take({ conversation, turns, others, number }) {
    this.conversation = conversation
    this.turns = new Map([...others, ...turns].map((turn) => [turn.id, turn]))
    this.#number = number
    this.#walk()
  }

  #walk() {
    this.#children = byParent(this.turns)
    this.path = shownPath(this.turns, this.conversation.active_turn_id)
  }

  /** @param {LiveEvent} event */
  apply({ number, kind, data }) {
    if (number <= this.#number) return
    this.#number = number
    if (kind === "turn.delta") this.#grow(data)
    else if (kind === "turn.started")
      this.#change(data.turn_id, { status: "streaming", model: data.model, waiting: null })
    else if (kind === "turn.waiting") this.#change(data.turn_id, { status: "streaming", waiting: data })
    else if (kind === "turn.removed") this.#remove(data.turn_id)
    else if (kind === "conversation.changed") this.#setConversation(data.conversation)
    else if (data.turn) this.#put(data.turn)
  }

  /** @param {{ turn_id: string, text: string, reasoning?: string, offset: number }} delta */
  #grow({ turn_id, text, reasoning = "", offset }) {
    const turn = this.turns.get(turn_id)
    if (!turn) return
    if (isMark(turn)) return void this.#again()
    const have = turn.answer.length
    if (offset > have) return void this.#again()
    const answer = turn.answer + text.slice(have - offset)
    this.#change(turn_id, { answer, reasoning: turn.reasoning + reasoning, waiting: null })
  }

  /**
   * @param {string} id
   * @param {Partial<Turn>} patch
   */
  #change(id, patch) {
    const turn = this.turns.get(id)
    if (isMark(turn)) void this.#again()
    else if (turn) this.#put({ ...turn, ...patch })
  }

  /** @param {Turn} turn */
  #put(turn) {
    const before = this.turns.get(turn.id)
    if (before?.parent_id === turn.parent_id) this.#set(turn)
    else {
      this.turns.set(turn.id, turn)
      // What is newly asked is what is shown; the conversation's own word on it may come an event later.
      if (!before && this.path.at(-1)?.id === turn.parent_id) this.conversation.active_turn_id = turn.id
      this.#walk()
      this.#tell("path")
    }
    const wasRunning = before?.status === "streaming"
    const isRunning = turn.status === "streaming"
    // A kept answer, or a refusal, may be there with its question.
    const isNews = !before && turn.status !== "queued"
    if (wasRunning !== isRunning || isNews) this.#tell("answer", turn)
  }

  /** @param {string} id */
  #remove(id) {
    this.turns.delete(id)
    this.#walk()
    this.#tell("path")
  }

  /** @param {Conversation} conversation */
  #setConversation(conversation) {
    const isOtherBranch = conversation.active_turn_id !== this.conversation.active_turn_id
    this.conversation = conversation
    if (isOtherBranch) {
      this.#walk()
      this.#tell("path")
    }
    this.#tell("conversation")
  }

  /**
   * @param {string} type
   * @param {unknown} [detail]
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}

/**
 * @param {Turn | TurnMark | undefined} turn
 * @returns {turn is TurnMark}
 */
export function isMark(turn) {
  return turn !== undefined && turn.content === undefined
}

/** @param {Turn | TurnMark} turn */
function hasEnded({ status }) {
  return status !== "streaming" && status !== "queued"
}

/** @param {string} id */
function read(id) {
  return api.get(`/api/chat/conversations/${id}?newest=${NEWEST}`)
}
