/** Who is signed in here: the token that goes with the cookie, and the moment either is no longer good. */

import { onRemembered, recall, remember } from "./store.js"

class Session extends EventTarget {
  /** @type {string | null} */
  #token = recall("token", null)

  constructor() {
    super()
    onRemembered("token", () => this.#take(recall("token", null)))
  }

  /** The header token, or null when nobody is signed in. */
  get token() {
    return this.#token
  }

  /**
   * Keep a new token and tell `change`.
   * @param {string} token
   */
  begin(token) {
    remember("token", token)
    this.#take(token)
  }

  /**
   * Forget the token and tell `change`. A token that was replaced meanwhile stays.
   * @param {string | null} [only]
   */
  end(only = this.#token) {
    if (only !== this.#token) return
    remember("token", null)
    this.#take(null)
  }

  /** @param {string | null} token */
  #take(token) {
    if (token === this.#token) return
    this.#token = token
    this.dispatchEvent(new Event("change"))
  }
}

export const session = new Session()
