/** The frame around every page: rail, stage, and the door when nobody is signed in. */

import { define, MadangElement } from "../core/element.js"
import { fill, h } from "../core/h.js"
import { onLanguage, t } from "../core/i18n.js"
import { navigate, router, setTitle } from "../core/router.js"
import { session } from "../core/session.js"
import { makePage } from "./pages.js"
import { Rail } from "./rail.js"

/** @typedef {import("./pages.js").PageElement} PageElement */
/** @typedef {import("./door.js").Door} Door */

const REFOCUS_MS = 2_000

export class Shell extends MadangElement {
  /** @type {PageElement | null} */
  #page = null
  /** @type {Door | null} */
  #door = null
  #wasIn = false
  #title = ""

  connected() {
    this.className = "shell"
    router.start()
    this.on(router, "route", () => this.#open())
    this.on(session, "change", () => this.#greet())
    this.on(window, "hashchange", () => this.#greet())
    this.on(this, "palette-open", async () => (await import("./palette.js")).openPalette())
    this.onLeave(onLanguage(() => this.#redraw()))
    this.#frame()
    void this.#greet()
  }

  get #stage() {
    return /** @type {HTMLElement} */ (this.querySelector("main"))
  }

  #frame() {
    const stage = h("main", { class: "stage", id: "main", tabindex: "-1" })
    const skip = h("a", { class: "skip unseen", href: "#main" }, t("shell.skip"))
    skip.addEventListener("click", (event) => {
      event.preventDefault()
      stage.focus()
    })
    fill(this, skip, new Rail(), stage)
  }

  /** Let somebody in: by the code in the address, by the session that is there, or through the door. */
  async #greet() {
    const hasCode = location.hash.startsWith("#code=")
    if (session.token && !hasCode) return this.#welcome()
    const { Door } = await import("./door.js")
    if (this.#door) return this.#door.useCode()
    this.#title = document.title
    this.#door = new Door(this.#wasIn)
    this.#inert(true)
    this.append(this.#door)
  }

  async #welcome() {
    const wasShut = this.#door !== null
    this.#door?.remove()
    this.#door = null
    this.#inert(false)
    if (!this.#page) await this.#open()
    else if (wasShut) this.#goOn()
    const { begin } = await import("./later.js")
    if (!session.token) return
    this.#wasIn = true
    begin(this)
  }

  /** Back to what was open before the door was shut. */
  #goOn() {
    document.title = this.#title
    this.#stage.focus()
  }

  /** What is behind the door stays as it is, out of reach. @param {boolean} isShut */
  #inert(isShut) {
    for (const part of this.querySelectorAll(":scope > :not(md-door)")) part.toggleAttribute("inert", isShut)
  }

  async #open() {
    const { route } = router
    if (this.#page?.route.page === route.page) {
      this.#page.route = route
      return
    }
    if (!session.token) return
    try {
      const page = await makePage(route)
      if (router.route.page !== route.page) return
      // Who moved on while the page was fetched is shown the later address, whichever fetch ends last.
      if (this.#page?.route.page === route.page) this.#page.route = router.route
      else this.#show(page && Object.assign(page, { route: router.route }))
    } catch (error) {
      console.error(error)
      this.#say(t("shell.page_failed"), t("shell.reload"), () => location.reload())
    }
  }

  /** @param {PageElement | null} page */
  #show(page) {
    this.#page = page
    if (page) return this.#fill(page)
    setTitle()
    this.#say(t("shell.page_missing"), t("shell.to_chat"), () => navigate("/chat"))
  }

  /** The focus of the page before does not fall off the stage. @param {HTMLElement} content */
  #fill(content) {
    const stage = this.#stage
    const had = stage.contains(document.activeElement)
    fill(stage, content)
    if (had && !stage.contains(document.activeElement)) stage.focus()
  }

  /**
   * @param {string} text
   * @param {string} label
   * @param {() => void} onclick
   */
  #say(text, label, onclick) {
    this.#page = null
    const button = h("button", { class: "button button--main", type: "button", onclick }, label)
    this.#fill(h("div", { class: "empty" }, h("h1", {}, text), button))
  }

  /** Draw everything anew in another language; the pages keep what was written. */
  #redraw() {
    const { id, name } = /** @type {{ id?: string, name?: string }} */ (document.activeElement ?? {})
    this.#door?.remove()
    this.#door = null
    this.#page = null
    this.#frame()
    void this.#greet()
    if (name || id) this.#refocus(name ? `[name="${CSS.escape(name)}"]:checked` : `[id="${CSS.escape(id ?? "")}"]`)
  }

  /** The focus goes back to where it was as soon as that is drawn. @param {string} selector */
  #refocus(selector) {
    const deadline = performance.now() + REFOCUS_MS
    const look = () => {
      const found = this.querySelector(selector)
      if (found instanceof HTMLElement) found.focus()
      else if (performance.now() < deadline && document.activeElement === document.body) requestAnimationFrame(look)
    }
    look()
  }
}

define("md-shell", Shell)
