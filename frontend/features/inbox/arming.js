/** Yes can be said only to what was there to be read: seen for a moment, on a page with the focus, nothing folded. */

const SEEN_MS = 700

export class Arming {
  #isSeen = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer
  #folded = 0
  #onchange
  #watcher

  isArmed = false

  /**
   * Watch an element until `signal` is aborted.
   * @param {HTMLElement} element what has to be seen: the row of buttons, which stands below all they are about
   * @param {AbortSignal} signal
   * @param {(isArmed: boolean) => void} onchange
   */
  constructor(element, signal, onchange) {
    this.#onchange = onchange
    this.#watcher = new IntersectionObserver(([entry]) => {
      this.#isSeen = entry?.isIntersecting ?? false
      this.#look()
    })
    this.#watcher.observe(element)
    const look = () => this.#look()
    for (const type of ["focus", "blur"]) addEventListener(type, look, { signal })
    document.addEventListener("visibilitychange", look, { signal })
    signal.addEventListener("abort", () => this.#stop(), { once: true })
  }

  /** One more piece is folded; call what comes back once it is whole. */
  fold() {
    this.#folded += 1
    this.#look()
    return () => {
      this.#folded -= 1
      this.#look()
    }
  }

  get hasFolded() {
    return this.#folded > 0
  }

  #look() {
    const isThere = this.#isSeen && this.#folded === 0 && document.hasFocus() && document.visibilityState === "visible"
    clearTimeout(this.#timer)
    if (!isThere) return this.#say(false)
    if (!this.isArmed) this.#timer = setTimeout(() => this.#say(true), SEEN_MS)
  }

  /** @param {boolean} isArmed */
  #say(isArmed) {
    this.isArmed = isArmed
    this.#onchange(isArmed)
  }

  #stop() {
    clearTimeout(this.#timer)
    this.#watcher.disconnect()
    this.isArmed = false
  }
}
