/** The models there are to choose from, read when the page is furnished and whenever they change. Fires `change`. */

import { api } from "../../core/api.js"
import { live } from "../../core/live.js"

/** @typedef {import("./types.js").ModelInfo} ModelInfo */

/** After these another model may answer. */
const NEWS = ["models.changed", "providers.changed", "builtin.changed", "preferences.changed"]

export class Models extends EventTarget {
  /** @type {ModelInfo[]} */
  all = []
  #leaving = new AbortController()

  /** Read them, and again whenever something about them changes. */
  start() {
    const stop = live.follow("app", null, { event: ({ kind }) => NEWS.includes(kind) && void this.#load() })
    this.#leaving.signal.addEventListener("abort", stop)
    void this.#load()
  }

  async #load() {
    try {
      const models = await api.get("/api/settings/models", { signal: this.#leaving.signal })
      this.all = models.items ?? models
      this.dispatchEvent(new Event("change"))
    } catch {
      // Without the list the server still chooses; the connection dot tells why it is missing.
    }
  }

  close() {
    this.#leaving.abort()
  }

  /**
   * The model of this id, or the one that answers when none is named.
   * @param {string | null} id
   * @returns {ModelInfo | null}
   */
  find(id) {
    return this.all.find((model) => (id === null ? model.is_default : model.id === id)) ?? null
  }
}
