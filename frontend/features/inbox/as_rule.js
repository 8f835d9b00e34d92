/** A rule made of a question: what it says in plain words, and what it would have let go lately. */

import { api, errorText } from "../../core/api.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { complain } from "../../parts/complain.js"
import { openDialog } from "../../parts/dialog.js"
import { ruleWords } from "../../parts/rule_words.js"
import { toast } from "../../parts/toast.js"

/** @typedef {{ changed: { would: string, happened: string }[] }} Simulation */

/**
 * @param {{ rule: string, words: import("../../parts/rule_words.js").Words | null }} offer
 * @param {() => Promise<void>} allow lets the question itself go, once the rule is kept
 */
export function openAsRule({ rule, words }, allow) {
  const past = h("p", { class: "small soft", role: "status" }, t("parts.loading"))
  const no = h("button", { class: "button", type: "button" }, t("parts.cancel"))
  const yes = h("button", { class: "button button--main", type: "button" }, t("inbox.rule.keep"))
  const dialog = openDialog({
    title: t("inbox.rule.title"),
    body: h(
      "div",
      { class: "stack" },
      h("p", {}, ruleWords(words, rule)),
      h("code", { class: "inbox__rule" }, rule),
      past,
    ),
    footer: [no, yes],
  })
  no.addEventListener("click", () => dialog.close())
  yes.addEventListener("click", async () => {
    dialog.close()
    try {
      await api.post("/api/permissions/rules", { text: rule })
      toast(t("inbox.rule.kept"))
      await allow()
    } catch (error) {
      complain(error)
    }
  })
  no.focus()
  api.post("/api/permissions/rules/simulate", { text: rule }).then(
    (/** @type {Simulation} */ found) =>
      fill(past, t("inbox.rule.past", { count: found.changed.filter(isLetGo).length })),
    (error) => fill(past, errorText(error)),
  )
}

/** @param {Simulation["changed"][number]} one */
function isLetGo({ would, happened }) {
  return would === "allow" && happened !== "allowed"
}
