/** The base of every custom element: light DOM, drawn once, and nothing left behind when it goes. */

export class MadangElement extends HTMLElement {
  #leaving = new AbortController()

  connectedCallback() {
    this.#leaving = new AbortController()
    this.connected()
  }

  disconnectedCallback() {
    this.#leaving.abort()
    this.disconnected()
  }

  /** Draw and listen. */
  connected() {}

  /** What `on` and `onLeave` do not already undo. */
  disconnected() {}

  /** Aborted when the element leaves the page; give it to `fetch` and listeners. */
  get leaving() {
    return this.#leaving.signal
  }

  /**
   * Listen until the element leaves the page.
   * @template {Event} E
   * @param {EventTarget} target
   * @param {string} type
   * @param {(event: E) => unknown} handler
   * @param {AddEventListenerOptions} [options]
   */
  on(target, type, handler, options = {}) {
    const listener = /** @type {EventListener} */ (/** @type {unknown} */ (handler))
    target.addEventListener(type, listener, { ...options, signal: this.#leaving.signal })
  }

  /**
   * Call this when the element leaves the page, e.g. with what `live.follow` gave back.
   * @param {() => unknown} stop
   */
  onLeave(stop) {
    this.#leaving.signal.addEventListener("abort", () => stop(), { once: true })
  }

  /**
   * Fire a bubbling event. Returns false when a listener prevented it.
   * @param {string} type
   * @param {unknown} [detail]
   */
  fire(type, detail) {
    return this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, cancelable: true }))
  }
}

/**
 * Register a custom element once.
 * @param {string} name
 * @param {CustomElementConstructor} element
 */
export function define(name, element) {
  if (!customElements.get(name)) customElements.define(name, element)
}
