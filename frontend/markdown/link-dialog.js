/** Before a link of an answer is followed the reader sees where it leads, decoded, with the host as the network sees it. */

import { h } from "../core/h.js"
import { t } from "../core/i18n.js"
import { openDialog } from "../parts/dialog.js"
import { describe, outsideUrl } from "./links.js"

/**
 * Catch clicks on the outside links in an element.
 * @param {HTMLElement} root
 */
export function guardLinks(root) {
  for (const type of ["click", "auxclick"]) root.addEventListener(type, stopAtLink)
  root.addEventListener("dragstart", (event) => linkOf(event) && event.preventDefault())
}

/** @param {Event} event */
function stopAtLink(event) {
  const link = linkOf(event)
  const isContextMenu = event instanceof MouseEvent && event.button === 2
  if (!link || isContextMenu) return
  event.preventDefault()
  const url = outsideUrl(link.href)
  if (url) askToLeave(url)
}

/**
 * @param {Event} event
 * @returns {HTMLAnchorElement | null}
 */
function linkOf({ target }) {
  return target instanceof Element ? target.closest("a.link-out") : null
}

/** @param {URL} url */
function askToLeave(url) {
  const { host, address, isPlain, isForeignScript, hasCredentials, queryLength } = describe(url)
  const stay = h("button", { class: "button", type: "button" }, t("markdown.link.stay"))
  const go = h(
    "a",
    { class: "button button--main", href: url.href, target: "_blank", rel: "noopener noreferrer nofollow" },
    t("markdown.link.go"),
  )
  const body = [
    h("p", {}, t("markdown.link.leaving")),
    h("p", { class: "leaving__host" }, host),
    h("p", { class: "leaving__address" }, address),
    isForeignScript && h("p", { class: "leaving__warning" }, t("markdown.link.foreign_script")),
    isPlain && h("p", { class: "leaving__warning" }, t("markdown.link.plain")),
    hasCredentials && h("p", { class: "leaving__warning" }, t("markdown.link.credentials")),
    queryLength > 0 && h("p", { class: "leaving__note" }, t("markdown.link.query", { count: queryLength })),
  ]
  const dialog = openDialog({ title: t("markdown.link.title"), body, footer: [stay, go], class: "leaving" })
  for (const button of [stay, go]) button.addEventListener("click", () => dialog.close())
  stay.focus()
}
