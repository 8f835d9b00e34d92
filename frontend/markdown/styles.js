/** Style sheets that are fetched with the part that needs them. */

/** @type {Map<string, Promise<void>>} */
const loading = new Map()

/**
 * Load `styles/NAME.css` once.
 * @param {"katex" | "markdown"} name
 * @returns {Promise<void>} resolved when it is in effect
 */
export function loadStyle(name) {
  const known = loading.get(name)
  if (known) return known
  const promise = append(new URL(`../styles/${name}.css`, import.meta.url).href)
  loading.set(name, promise)
  return promise
}

/** @param {string} address */
function append(address) {
  const link = document.createElement("link")
  link.rel = "stylesheet"
  link.href = address
  document.head.append(link)
  return new Promise((/** @type {(value: void) => void} */ done) => {
    link.addEventListener("load", () => done(), { once: true })
    link.addEventListener("error", () => done(), { once: true })
  })
}
