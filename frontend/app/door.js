/** The door: signing in by link, code or password. What was open stays behind it, untouched. */

import { api, errorText } from "../core/api.js"
import { define, MadangElement } from "../core/element.js"
import { add, h } from "../core/h.js"
import { t } from "../core/i18n.js"
import { setTitle } from "../core/router.js"
import { session } from "../core/session.js"
import { field, fieldError } from "../parts/field.js"
import { icon, mark } from "../parts/icon.js"

const COMMAND = "madang signin"

export class Door extends MadangElement {
  #wasIn
  #card = h("section", { class: "door__card" })

  /** @param {boolean} wasIn whether a page is open behind the door */
  constructor(wasIn) {
    super()
    this.#wasIn = wasIn
  }

  connected() {
    this.className = "door"
    this.setAttribute("role", "region")
    this.setAttribute("aria-label", t("signin.title"))
    this.append(this.#card)
    setTitle(t("signin.title"))
    this.useCode()
  }

  /** Use the code in the address, which is then taken out of it and out of the history. */
  useCode() {
    const code = location.hash.startsWith("#code=") ? decodeURIComponent(location.hash.slice(6)) : ""
    if (!code) return void this.#draw()
    history.replaceState(null, "", location.pathname)
    this.#card.replaceChildren(mark(), h("p", { role: "status" }, t("signin.working")))
    void this.#tryLink(code)
  }

  /** @param {string} code */
  async #tryLink(code) {
    try {
      await this.#signIn({ code })
    } catch (error) {
      // A spent link is no reason to shut out somebody who is signed in already.
      if (session.token) session.dispatchEvent(new Event("change"))
      else await this.#draw(sentence(error, "code"))
    }
  }

  /** @param {{ code: string } | { password: string }} proof */
  async #signIn(proof) {
    const { token } = await api.post("/api/session", proof)
    session.begin(token)
  }

  /** @param {string} [problem] */
  async #draw(problem = "") {
    const byPassword = await hasPassword()
    const link = this.#form("code", { type: "text", autocomplete: "one-time-code", spellcheck: "false" })
    const password = byPassword && this.#form("password", { type: "password", autocomplete: "current-password" })
    this.#card.replaceChildren(
      mark(),
      h("h1", {}, t("signin.title")),
      h("p", { class: "soft" }, this.#wasIn ? t("signin.lost") : t("signin.lead")),
    )
    add(this.#card, password && [password, h("p", { class: "door__or" }, t("signin.or"))])
    add(
      this.#card,
      this.#wasIn && h("p", { class: "soft small" }, t("signin.lead")),
      command(),
      h("p", { class: "soft tiny" }, t("signin.make_hint")),
      link,
    )
    if (problem) fieldError(/** @type {HTMLElement} */ (link.firstElementChild), problem)
    this.#card.querySelector("input")?.focus()
  }

  /**
   * @param {"code" | "password"} kind
   * @param {Record<string, string>} props
   */
  #form(kind, props) {
    const control = h("input", { ...props, name: kind })
    const enter = h("button", { class: "button button--main", type: "submit" }, t("signin.enter"))
    const hint = kind === "code" ? t("signin.link_hint") : null
    const box = field({ label: t(`signin.${kind}`), control, hint, after: enter })
    const form = h("form", { class: "door__form", novalidate: true }, box)
    form.addEventListener("submit", (event) => {
      event.preventDefault()
      void this.#submit(kind, control, box, enter)
    })
    return form
  }

  /**
   * @param {"code" | "password"} kind
   * @param {HTMLInputElement} control
   * @param {HTMLElement} box
   * @param {HTMLButtonElement} enter
   */
  async #submit(kind, control, box, enter) {
    const value = kind === "code" ? codeIn(control.value) : control.value
    if (!value) return fieldError(box, t(kind === "code" ? "signin.empty" : "signin.password_empty"))
    enter.disabled = true
    try {
      await this.#signIn(kind === "code" ? { code: value } : { password: value })
    } catch (error) {
      fieldError(box, sentence(error, kind))
      control.focus()
    }
    enter.disabled = false
  }
}

function command() {
  const copy = h(
    "button",
    { class: "button button--small", type: "button" },
    icon("copy"),
    h("span", {}, t("parts.copy")),
  )
  copy.addEventListener("click", async () => {
    const { copyText } = await import("../parts/copy.js")
    await copyText(COMMAND, t("signin.command_copied"))
  })
  return h("div", { class: "door__command" }, h("code", {}, COMMAND), copy)
}

/** Take the code out of a whole link. @param {string} text */
function codeIn(text) {
  return decodeURIComponent(text.trim().split("code=").at(-1) ?? "")
}

/**
 * @param {unknown} error
 * @param {"code" | "password"} kind
 */
function sentence(error, kind) {
  const { status } = /** @type {{ status?: number }} */ (error)
  if (status === 401 || status === 403) return t(kind === "code" ? "signin.code_spent" : "signin.password_wrong")
  return errorText(error)
}

async function hasPassword() {
  try {
    return Boolean((await api.get("/api/session/ways")).password)
  } catch {
    return false
  }
}

define("md-door", Door)
