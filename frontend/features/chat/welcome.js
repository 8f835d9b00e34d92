/** An empty chat teaches: one sentence, and a few things to ask. */

import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { mark } from "../../parts/icon.js"

const EXAMPLES = ["plan", "explain", "write", "code"]

export function welcome() {
  return h(
    "div",
    { class: "welcome" },
    mark(),
    h("h1", {}, t("chat.welcome.title")),
    h("p", { class: "soft" }, t("chat.welcome.lead")),
    h(
      "ul",
      { class: "welcome__examples", role: "list" },
      EXAMPLES.map((name) => h("li", {}, example(name))),
    ),
  )
}

/** @param {string} name */
function example(name) {
  const text = t(`chat.example.${name}`)
  const button = h("button", { class: "welcome__example", type: "button" }, text)
  button.addEventListener("click", () => {
    button.dispatchEvent(new CustomEvent("chat-example", { detail: { text }, bubbles: true }))
  })
  return button
}
