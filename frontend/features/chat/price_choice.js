/** The one question about a model of unknown price: free, a price, or refused. What is allowed is asked again at once. */

import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { complain } from "../../parts/complain.js"
import { decidePrice, openPriceForm } from "../../parts/price_form.js"

/** @typedef {import("./types.js").Turn} Turn */

/**
 * Fires `chat-act` to ask the turn again, and `chat-unfocused` as the button that was pressed goes.
 * @param {Turn} turn refused with `gateway.price_unknown`
 */
export function priceChoice(turn) {
  const model = String(turn.error?.details?.model)
  const box = h("div", { class: "stack", role: "group", "aria-label": t("chat.price.ask") })
  const again = () => {
    box.dispatchEvent(new CustomEvent("chat-unfocused", { bubbles: true }))
    box.dispatchEvent(new CustomEvent("chat-act", { detail: { name: "retry", turn }, bubbles: true }))
  }
  const free = choice("free", () => decidePrice(model, "free").then(again))
  const set = choice("set", async () => openPriceForm({ model, price: null, ondone: again }))
  const refuse = choice("refuse", async () => {
    await decidePrice(model, "refuse")
    fill(box, h("p", { role: "status" }, t("chat.price.refused")))
    box.dispatchEvent(new CustomEvent("chat-unfocused", { bubbles: true }))
  })
  fill(box, [h("p", {}, t("chat.price.ask")), h("div", { class: "row row--wrap" }, free, set, refuse)])
  return box
}

/**
 * @param {"free" | "set" | "refuse"} name
 * @param {() => Promise<unknown>} decide
 */
function choice(name, decide) {
  const button = h("button", { class: "button button--small", type: "button" }, t(`chat.price.${name}`))
  button.addEventListener("click", async () => {
    if (button.ariaDisabled) return
    button.ariaDisabled = "true"
    await decide().catch(complain)
    button.ariaDisabled = null
  })
  return button
}
