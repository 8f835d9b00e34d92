/** Addresses: one page, one path, kept over reload, changed without loading anew. */

import { t } from "./i18n.js"

/**
 * @typedef {object} Route
 * @property {string} page the first part of the path: "chat", "settings"
 * @property {string | null} part the second part: a conversation's id, a settings part
 * @property {string} path
 */

const HOME = "/chat"

class Router extends EventTarget {
  /** @returns {Route} */
  get route() {
    return parse(location.pathname)
  }

  /** Listen to links and to Back and Forward. The house's own address is the chat's. */
  start() {
    if (location.pathname === "/") history.replaceState(null, "", HOME + location.hash)
    document.addEventListener("click", followLink)
    addEventListener("popstate", () => this.#tell())
  }

  /**
   * @param {string} path
   * @param {{ replace?: boolean }} [options]
   */
  go(path, { replace = false } = {}) {
    if (path === location.pathname) return
    if (replace) history.replaceState(null, "", path)
    else history.pushState(null, "", path)
    this.#tell()
  }

  #tell() {
    this.dispatchEvent(new CustomEvent("route", { detail: this.route }))
  }
}

/** Fires `route` with a Route as its detail. */
export const router = new Router()

/**
 * Open a path of this page.
 * @param {string} path
 * @param {{ replace?: boolean }} [options]
 */
export function navigate(path, options) {
  router.go(path, options)
}

/**
 * Name what is on the page in the tab's title.
 * @param {string} [what]
 */
export function setTitle(what) {
  document.title = what ? t("shell.title", { what }) : t("shell.name")
}

/**
 * @param {string} path
 * @returns {Route}
 */
export function parse(path) {
  const [page = "", part = null] = path.split("/").filter(Boolean).map(decodeURIComponent)
  return { page: page || "chat", part, path }
}

/** @param {MouseEvent} event */
function followLink(event) {
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null
  if (!isPlain || event.defaultPrevented || !(link instanceof HTMLAnchorElement)) return
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin || !isPage(link)) return
  event.preventDefault()
  navigate(link.pathname)
}

/** @param {HTMLAnchorElement} link */
function isPage(link) {
  return /^\/(?:$|chat|files|usage|settings)/.test(link.pathname) && !link.hash
}
