/** Which of many turns are near the screen, from heights that were measured or are guessed. */

const GUESS_PX = 220
const ENOUGH = 6

export class Heights {
  /** @type {Map<string, number>} */
  #measured = new Map()
  #guess = GUESS_PX
  #isSettled = false

  /**
   * @param {string} key
   * @param {number} height
   */
  measure(key, height) {
    this.#measured.set(key, height)
  }

  clear() {
    this.#measured.clear()
    this.#isSettled = false
  }

  /**
   * The turns between two places, and the room the others take before and after them.
   * @param {readonly string[]} keys
   * @param {number} top
   * @param {number} bottom
   * @returns {{ first: number, last: number, before: number, after: number }} last is not included
   */
  window(keys, top, bottom) {
    let [first, last, before, after, place] = [0, 0, 0, 0, 0]
    for (const [index, key] of keys.entries()) {
      const height = this.#height(key)
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
    return keys.reduce((sum, key) => sum + this.#height(key), 0)
  }

  /** @param {string} key */
  #height(key) {
    return this.#measured.get(key) ?? this.#guess
  }

  /**
   * Guess better once a few are known, and only once: a guess that kept moving would move what the reader looks at.
   * @returns {boolean} whether all places have changed
   */
  settle() {
    if (this.#isSettled || this.#measured.size < ENOUGH) return false
    const sum = [...this.#measured.values()].reduce((total, height) => total + height, 0)
    this.#guess = sum / this.#measured.size
    this.#isSettled = true
    return true
  }
}
