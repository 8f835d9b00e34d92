/** What the person chose, as the server keeps it. Theme and language show at once, in every open tab. */

import { api } from "./api.js"
import { live } from "./live.js"
import { showLook } from "./look.js"

/** @typedef {import("./look.js").Theme} Theme */
/**
 * @typedef {object} RouteRule sends to `model` what keeps all its conditions; null asks nothing
 * @property {string} id
 * @property {string} name
 * @property {string} model
 * @property {boolean} enabled
 * @property {"chat" | "title" | "api" | null} feature
 * @property {number | null} max_characters
 * @property {number | null} max_context_tokens
 * @property {boolean} without_files
 * @property {boolean} without_code
 */
/**
 * @typedef {object} PreferenceValues
 * @property {"ko" | "en" | null} language
 * @property {Theme} theme
 * @property {string | null} default_model
 * @property {string[]} fallbacks
 * @property {boolean} allow_paid_fallback
 * @property {RouteRule[]} routes
 * @property {number | null} trim_tokens
 * @property {string[]} flex_providers
 * @property {number | null} temperature
 * @property {number | null} top_p
 * @property {number | null} max_tokens
 * @property {string | null} system_prompt
 * @property {string | null} reasoning_effort
 * @property {boolean} title_calls
 * @property {boolean} cache_enabled
 * @property {number} cache_ttl_seconds
 * @property {number} cache_limit_bytes
 * @property {boolean} similar_enabled
 * @property {string | null} similar_model
 * @property {"refuse" | "allow"} unknown_price
 * @property {number | null} krw_per_usd
 * @property {string | null} krw_rate_day
 * @property {boolean} builtin_enabled
 * @property {boolean} local_discovery
 */

class Preferences extends EventTarget {
  /** @type {PreferenceValues | null} */
  values = null
  #round = 0
  /** @type {Promise<unknown>} */
  #changing = Promise.resolve()

  /** Read them from the server. A read that overtook a change would bring back what was before, so it waits for it. */
  async load() {
    await this.#changing
    await this.#take(api.get("/api/settings"))
    return /** @type {PreferenceValues} */ (this.values)
  }

  /** Keep up with other tabs. @returns {() => void} stops it */
  follow() {
    return live.follow("app", null, {
      event: ({ kind, data }) => {
        if (kind === "preferences.changed") void this.#take(data.preferences)
      },
      resync: () => void this.load(),
    })
  }

  /** @param {Partial<PreferenceValues>} patch */
  async change(patch) {
    const answer = api.patch("/api/settings", patch)
    this.#changing = Promise.allSettled([this.#changing, answer])
    await this.#take(answer)
  }

  /** Of several answers under way the one asked for last counts. @param {Promise<PreferenceValues> | PreferenceValues} answer */
  async #take(answer) {
    const round = ++this.#round
    const values = await answer
    if (round !== this.#round && this.values) return
    this.values = values
    void showLook(values)
    this.dispatchEvent(new Event("change"))
  }
}

/** Fires `change` when a value is another. */
export const preferences = new Preferences()
