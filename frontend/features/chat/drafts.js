/** What is written but not sent: kept on the server, and here until the server has answered. */

import { api } from "../../core/api.js"
import { recall, remember } from "../../core/store.js"

const QUIET_MS = 500

export class Drafts {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  #unsaved = /** @type {{ place: string, content: string } | null} */ (null)

  /**
   * Keep what is written.
   * @param {string} place a conversation's id, or "new"
   * @param {string} content
   */
  keep(place, content) {
    if (this.#unsaved && this.#unsaved.place !== place) void this.flush()
    remember(`draft.${place}`, content)
    this.#unsaved = { place, content }
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.flush(), QUIET_MS)
  }

  /** Send what is not on the server yet. */
  async flush() {
    clearTimeout(this.#timer)
    const draft = this.#unsaved
    this.#unsaved = null
    if (!draft) return
    try {
      await api.put(`/api/chat/drafts/${draft.place}`, { content: draft.content })
      if (recall(`draft.${draft.place}`, null) === draft.content) remember(`draft.${draft.place}`, null)
    } catch {
      // The copy in this browser stays and is sent with the next key.
    }
  }

  /**
   * What was written there last.
   * @param {string} place
   * @returns {Promise<string>}
   */
  async read(place) {
    const here = recall(`draft.${place}`, null)
    if (typeof here === "string") {
      // The server has not answered for this one yet.
      this.keep(place, here)
      return here
    }
    try {
      return (await api.get(`/api/chat/drafts/${place}`)).content ?? ""
    } catch {
      return ""
    }
  }
}
