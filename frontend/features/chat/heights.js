/** Which of many turns are near the screen, from heights that were measured or are guessed. */

const GUESS_PX = 220

export class Heights {
  /** @type {Map<string, number>} */
  #measured = new Map()

  /**
   * @param {string} key
   * @param {number} height
   */
  measure(key, height) {
    this.#measured.set(key, height)
  }

  clear() {
    this.#measured.clear()
  }

  /**
   * The turns between two places, and the room the others take before and after them.
   * @param {readonly string[]} keys
   * @param {number} top
   * @param {number} bottom
   * @returns {{ first: number, last: number, before: number, after: number }} last is not included
   */
  window(keys, top, bottom) {
    const guess = this.#guess()
    let [first, last, before, after, place] = [0, 0, 0, 0, 0]
    for (const [index, key] of keys.entries()) {
      const height = this.#measured.get(key) ?? guess
      if (place + height < top) {
        first = index + 1
        before += height
      } else if (place > bottom) after += height
      else last = index + 1
      place += height
    }
    return { first: Math.min(first, last || first), last: Math.max(last, first), before, after }
  }

  /** @param {readonly string[]} keys */
  total(keys) {
    const guess = this.#guess()
    return keys.reduce((sum, key) => sum + (this.#measured.get(key) ?? guess), 0)
  }

  #guess() {
    if (this.#measured.size === 0) return GUESS_PX
    let sum = 0
    for (const height of this.#measured.values()) sum += height
    return sum / this.#measured.size
  }
}
