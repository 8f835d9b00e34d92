/** The slim rail: a word under every icon. On a phone it is the bar at the bottom. */

import { define, MadangElement } from "../core/element.js"
import { h, setAttribute } from "../core/h.js"
import { t } from "../core/i18n.js"
import { router } from "../core/router.js"
import { icon, mark } from "../parts/icon.js"

export class Rail extends MadangElement {
  connected() {
    this.className = "rail"
    this.append(
      h(
        "nav",
        { class: "rail__pages", "aria-label": t("shell.rail.label") },
        h("a", { class: "rail__home", href: "/chat", "aria-label": t("shell.name") }, mark()),
        this.#link("chat", "chat"),
        h(
          "button",
          {
            class: "rail__item",
            type: "button",
            "aria-haspopup": "dialog",
            "aria-keyshortcuts": "Control+K Meta+K",
            onclick: () => this.fire("palette-open"),
          },
          icon("search"),
          h("span", {}, t("shell.rail.palette")),
        ),
        this.#link("inbox", "inbox"),
        this.#link("files", "folder"),
        this.#link("usage", "usage"),
        h("div", { class: "rail__line" }),
        this.#link("settings", "settings"),
      ),
    )
    this.on(router, "route", () => this.#mark())
    this.#mark()
  }

  /** Where the connection dot goes once the line is there. */
  get lineSlot() {
    return /** @type {HTMLElement} */ (this.querySelector(".rail__line"))
  }

  /** How many questions wait for the person. @param {number} count */
  set waiting(count) {
    const link = /** @type {HTMLElement} */ (this.querySelector('[data-page="inbox"]'))
    link.querySelector(".rail__badge")?.remove()
    setAttribute(link, "aria-label", count > 0 ? t("shell.rail.waiting", { count }) : null)
    if (count > 0) link.append(h("span", { class: "rail__badge number" }, count > 99 ? "99+" : count))
  }

  /**
   * @param {string} page
   * @param {import("../parts/icon.js").IconName} picture
   */
  #link(page, picture) {
    const words = h("span", {}, t(`shell.rail.${page}`))
    return h("a", { class: "rail__item", href: `/${page}`, dataset: { page } }, icon(picture), words)
  }

  #mark() {
    const { page } = router.route
    for (const link of this.querySelectorAll("a[data-page]")) {
      setAttribute(link, "aria-current", link.getAttribute("data-page") === page ? "page" : null)
    }
  }
}

define("md-rail", Rail)
