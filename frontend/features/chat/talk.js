/** One conversation as the server has it: read once, then kept up by its numbered events, each counted once. */

import { api } from "../../core/api.js"
import { live } from "../../core/live.js"
import { byParent, shownPath } from "./branches.js"

/** @typedef {import("./types.js").Turn} Turn */
/** @typedef {import("./types.js").Conversation} Conversation */
/** @typedef {import("../../core/live.js").LiveEvent} LiveEvent */

/** Fires `turn` (detail: its id), `path` (other turns are shown), `conversation` and `answer` (detail: a Turn that began or ended). */
export class Talk extends EventTarget {
  /** @type {Conversation} */
  conversation
  /** @type {Map<string, Turn>} */
  turns = new Map()
  /** @type {Turn[]} */
  path = []
  /** @type {Map<string | null, Turn[]>} */
  #children = new Map()
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

  /** The turn that is being answered, if any. */
  get running() {
    return this.path.find(({ status }) => status === "streaming") ?? null
  }

  /** The branches a turn is one of, oldest first. @param {Turn} turn */
  siblings(turn) {
    return this.#children.get(turn.parent_id) ?? [turn]
  }

  close() {
    this.#stop()
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

  /** @param {{ conversation: Conversation, turns: Turn[], number: number }} snapshot */
  #take({ conversation, turns, number }) {
    this.conversation = conversation
    this.turns = new Map(turns.map((turn) => [turn.id, turn]))
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
    if (turn) this.#put({ ...turn, ...patch })
  }

  /** @param {Turn} turn */
  #put(turn) {
    const before = this.turns.get(turn.id)
    this.turns.set(turn.id, turn)
    if (!before || before.parent_id !== turn.parent_id) {
      // What is newly asked is what is shown; the conversation's own word on it may come an event later.
      if (!before && this.path.at(-1)?.id === turn.parent_id) this.conversation.active_turn_id = turn.id
      this.#walk()
      this.#tell("path")
    } else {
      this.path = this.path.map((each) => (each.id === turn.id ? turn : each))
      this.#tell("turn", turn.id)
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

/** @param {string} id */
function read(id) {
  return api.get(`/api/chat/conversations/${id}`)
}
