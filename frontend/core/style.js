/** Style sheets of pages that are not the first one, fetched when the page is. */

/** @type {Map<string, Promise<void>>} */
const loaded = new Map()

/**
 * Load a style sheet once.
 * @param {URL} address
 * @returns {Promise<void>}
 */
export function loadStyle(address) {
  const found = loaded.get(address.href) ?? fetchStyle(address.href)
  loaded.set(address.href, found)
  return found
}

/**
 * The page's own sheets were there before any script ran.
 * @param {string} href
 */
function fetchStyle(href) {
  if ([...document.styleSheets].some((sheet) => sheet.href === href)) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const link = document.createElement("link")
    link.rel = "stylesheet"
    link.addEventListener("load", () => resolve(undefined))
    link.addEventListener("error", () => {
      loaded.delete(href)
      reject(new Error(`style sheet ${href} did not load`))
    })
    link.href = href
    document.head.append(link)
  })
}
