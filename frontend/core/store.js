/** What this browser remembers by itself: a few small values that must be there before the server answers. */

const PREFIX = "madang."

/**
 * @template T
 * @param {string} name
 * @param {T} fallback
 * @returns {T}
 */
export function recall(name, fallback) {
  try {
    const text = localStorage.getItem(PREFIX + name)
    return text === null ? fallback : JSON.parse(text)
  } catch {
    // Storage can be switched off, and another page of this origin may have written something else here.
    return fallback
  }
}

/**
 * Keep a value; `null` forgets it.
 * @param {string} name
 * @param {unknown} value
 */
export function remember(name, value) {
  try {
    if (value === null || value === undefined) localStorage.removeItem(PREFIX + name)
    else localStorage.setItem(PREFIX + name, JSON.stringify(value))
  } catch {
    // A full or forbidden storage costs only convenience.
  }
}

/**
 * Be told when another tab changes a value.
 * @param {string} name
 * @param {() => void} handler
 * @returns {() => void} stops it
 */
export function onRemembered(name, handler) {
  /** @param {StorageEvent} event */
  const listener = (event) => {
    if (event.key === PREFIX + name || event.key === null) handler()
  }
  addEventListener("storage", listener)
  return () => removeEventListener("storage", listener)
}
