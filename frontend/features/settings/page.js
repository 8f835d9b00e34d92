/** Settings: a list of parts, one at a time beside it; on a phone first the list, then the part. */

import { define, MadangElement } from "../../core/element.js"
import { fill, h, setAttribute } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { setTitle } from "../../core/router.js"
import { loadStyle } from "../../core/style.js"
import { icon } from "../../parts/icon.js"

/** @typedef {import("../../core/router.js").Route} Route */
/** @typedef {import("../../parts/icon.js").IconName} IconName */

await loadStyle(new URL("../../styles/settings.css", import.meta.url))

/** @type {Record<string, { icon: IconName, load: () => Promise<new () => HTMLElement> }>} */
const PARTS = {
  providers: { icon: "key", load: async () => (await import("./providers.js")).Providers },
  models: { icon: "sliders", load: async () => (await import("./models.js")).Models },
  builtin: { icon: "home", load: async () => (await import("./builtin.js")).BuiltIn },
  limits: { icon: "gauge", load: async () => (await import("./limits.js")).Limits },
  saving: { icon: "coin", load: async () => (await import("./saving.js")).Saving },
  cache: { icon: "box", load: async () => (await import("./cache.js")).Cache },
  look: { icon: "globe", load: async () => (await import("./look.js")).Look },
  tokens: { icon: "token", load: async () => (await import("./tokens.js")).Tokens },
  sessions: { icon: "person", load: async () => (await import("./sessions.js")).Sessions },
  permissions: { icon: "shield", load: async () => (await import("./permissions.js")).Permissions },
  system: { icon: "model", load: async () => (await import("./system.js")).System },
  about: { icon: "info", load: async () => (await import("./about.js")).About },
}
const FIRST = "providers"

export class SettingsPage extends MadangElement {
  /** @type {Route} */
  #route = { page: "settings", part: null, path: "/settings" }
  #shown = ""

  /** @param {Route} route */
  set route(route) {
    this.#route = route
    if (this.isConnected) void this.#open(true)
  }

  get route() {
    return this.#route
  }

  connected() {
    this.className = "settings"
    const links = Object.entries(PARTS).map(([name, part]) => link(name, part.icon))
    this.append(
      h("div", { class: "settings__list" }, h("h1", {}, t("settings.title")), nav(links)),
      h("div", { class: "settings__part" }),
    )
    void this.#open(false)
  }

  /** @param {boolean} isMove whether the reader came from another part, and the focus goes along */
  async #open(isMove) {
    const name = this.#route.part ?? FIRST
    this.dataset.level = this.#route.part ? "part" : "list"
    this.#mark(name)
    const part = PARTS[name]
    if (this.#shown !== name) await this.#show(name, part)
    if (isMove && this.#route.part) this.#heading?.focus()
  }

  get #heading() {
    return /** @type {HTMLElement | null} */ (this.querySelector(".part__head h2"))
  }

  /**
   * @param {string} name
   * @param {{ load: () => Promise<new () => HTMLElement> } | undefined} part
   */
  async #show(name, part) {
    this.#shown = name
    const Part = part && (await part.load())
    if (this.#shown !== name) return
    setTitle(Part ? t(`settings.${name}.title`) : t("settings.title"))
    const back = h(
      "a",
      { class: "settings__back", href: "/settings" },
      icon("left"),
      h("span", {}, t("settings.title")),
    )
    const place = /** @type {HTMLElement} */ (this.querySelector(".settings__part"))
    fill(place, back, Part ? new Part() : h("p", { class: "empty" }, t("shell.page_missing")))
    place.scrollTop = 0
  }

  /** @param {string} name */
  #mark(name) {
    for (const one of this.querySelectorAll("a[data-part]")) {
      setAttribute(one, "aria-current", one.getAttribute("data-part") === name ? "page" : null)
    }
  }
}

/** @param {HTMLElement[]} links */
function nav(links) {
  return h(
    "nav",
    { "aria-label": t("settings.title") },
    h(
      "ul",
      { role: "list" },
      links.map((one) => h("li", {}, one)),
    ),
  )
}

/**
 * @param {string} name
 * @param {IconName} picture
 */
function link(name, picture) {
  return h(
    "a",
    { class: "settings__link", href: `/settings/${name}`, dataset: { part: name } },
    icon(picture),
    h("span", {}, h("span", {}, t(`settings.${name}.title`)), h("small", {}, t(`settings.${name}.short`))),
  )
}

define("md-settings-page", SettingsPage)
