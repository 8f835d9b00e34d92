/** One WebSocket for the whole page: numbered events of any stream, each once and in order, also over a lost line. */

import { api } from "./api.js"
import { session } from "./session.js"

/** @typedef {{ stream: string, number: number, kind: string, data: any, at: string }} LiveEvent */
/** @typedef {{ event: (event: LiveEvent) => void, resync?: () => void }} Handler */
/** @typedef {"connecting" | "open" | "lost" | "closed"} LiveStatus */
/** @typedef {{ after: number | null, handler: Handler }} Follower */

const PING_MS = 20_000
const SILENCE_MS = 45_000
const FIRST_WAIT_MS = 400
const LONGEST_WAIT_MS = 8_000

class Live extends EventTarget {
  /** @type {LiveStatus} */
  status = "closed"
  /** @type {WebSocket | null} */
  #socket = null
  /** @type {Map<string, Set<Follower>>} */
  #streams = new Map()
  #attempt = 0
  #heardAt = 0
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #pulse

  /** Connect and stay connected until `stop`. */
  start() {
    if (this.#pulse !== undefined) return
    this.#pulse = setInterval(() => this.#beat(), PING_MS)
    addEventListener("online", this.#hurry)
    document.addEventListener("visibilitychange", this.#hurry)
    void this.#connect()
  }

  stop() {
    clearInterval(this.#pulse)
    clearTimeout(this.#retry)
    this.#pulse = undefined
    removeEventListener("online", this.#hurry)
    document.removeEventListener("visibilitychange", this.#hurry)
    this.#socket?.close()
    this.#socket = null
    this.#say("closed")
  }

  /**
   * Get a stream's events after a number (null: from here on). `resync` is called when events are missing: read the
   * whole anew and follow again from its number.
   * @param {string} stream
   * @param {number | null} after
   * @param {Handler} handler
   * @returns {() => void} stops it
   */
  follow(stream, after, handler) {
    const follower = { after, handler }
    const followers = this.#streams.get(stream) ?? new Set()
    this.#streams.set(stream, followers.add(follower))
    if (followers.size > 1) this.#send({ type: "unfollow", stream })
    this.#ask(stream)
    return () => this.#leave(stream, follower)
  }

  /**
   * @param {string} stream
   * @param {Follower} follower
   */
  #leave(stream, follower) {
    const followers = this.#streams.get(stream)
    if (!followers?.delete(follower) || followers.size > 0) return
    this.#streams.delete(stream)
    this.#send({ type: "unfollow", stream })
  }

  async #connect() {
    if (this.#socket || !session.token || this.#pulse === undefined) return
    clearTimeout(this.#retry)
    this.#say(this.#attempt === 0 ? "connecting" : "lost")
    try {
      const { ticket } = await api.post("/api/session/ticket")
      this.#open(ticket)
    } catch {
      this.#later()
    }
  }

  /** @param {string} ticket */
  #open(ticket) {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:"
    const socket = new WebSocket(`${scheme}//${location.host}/api/live`, ["madang.live", `ticket.${ticket}`])
    this.#socket = socket
    socket.addEventListener("open", () => this.#opened())
    socket.addEventListener("message", ({ data }) => this.#heard(JSON.parse(data)))
    socket.addEventListener("close", () => this.#closed(socket))
  }

  #opened() {
    this.#attempt = 0
    this.#heardAt = Date.now()
    for (const stream of this.#streams.keys()) this.#ask(stream)
    this.#say("open")
  }

  /** @param {WebSocket} socket */
  #closed(socket) {
    if (this.#socket !== socket) return
    this.#socket = null
    this.#later()
  }

  #later() {
    if (this.#pulse === undefined) return
    this.#say("lost")
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.#attempt, LONGEST_WAIT_MS)
    this.#attempt += 1
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => void this.#connect(), wait * (0.75 + Math.random() / 2))
  }

  #hurry = () => {
    if (document.visibilityState === "visible" && !this.#socket) void this.#connect()
  }

  #beat() {
    if (this.#socket && Date.now() - this.#heardAt > SILENCE_MS) this.#socket.close()
    else this.#send({ type: "ping" })
  }

  /** Ask for a stream from the earliest number one of its followers still needs. @param {string} stream */
  #ask(stream) {
    const numbers = [...(this.#streams.get(stream) ?? [])].map(({ after }) => after).filter((after) => after !== null)
    this.#send({ type: "follow", stream, after: numbers.length > 0 ? Math.min(...numbers) : null })
  }

  /** @param {any} frame */
  #heard(frame) {
    this.#heardAt = Date.now()
    const followers = [...(this.#streams.get(frame.stream) ?? [])]
    if (frame.type === "event") for (const follower of followers) tell(follower, frame)
    if (frame.type === "following") for (const follower of followers) follower.after ??= frame.number
    if (frame.type === "resync") for (const { handler } of followers) handler.resync?.()
  }

  /** @param {unknown} frame */
  #send(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame))
  }

  /** @param {LiveStatus} status */
  #say(status) {
    if (status === this.status) return
    this.status = status
    this.dispatchEvent(new CustomEvent("status", { detail: status }))
  }
}

/**
 * @param {Follower} follower
 * @param {LiveEvent} event
 */
function tell(follower, event) {
  if (follower.after !== null && event.number <= follower.after) return
  follower.after = event.number
  follower.handler.event(event)
}

/** Fires `status` with the new status as its detail. */
export const live = new Live()
