/** The models there are to choose from, read when the page is furnished and whenever they change. Fires `change`. */

import { api } from "../../core/api.js"

/** @typedef {import("./types.js").ModelInfo} ModelInfo */

export class Models extends EventTarget {
  /** @type {ModelInfo[]} */
  all = []
  /** @type {string | null} */
  #standard = null
  #leaving = new AbortController()

  async load() {
    const { signal } = this.#leaving
    try {
      const [models, settings] = await Promise.all([
        api.get("/api/settings/models", { signal }),
        api.get("/api/settings", { signal }),
      ])
      this.all = models.items ?? models
      this.#standard = settings.default_model
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
    const wanted = id ?? this.#standard
    const named = this.all.find((model) => model.id === wanted)
    return named ?? (wanted ? null : (this.#usual() ?? null))
  }

  #usual() {
    const ready = this.all.filter(({ available }) => available)
    return ready.find(({ is_builtin }) => !is_builtin) ?? ready[0]
  }
}
