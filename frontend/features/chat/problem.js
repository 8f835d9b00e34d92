/** What went wrong with an answer: a sentence, the code and id the log has, and where it can be put right. */

import { errorText } from "../../core/api.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { helpFor } from "../../core/problems.js"
import { icon } from "../../parts/icon.js"

/** @typedef {import("./types.js").Turn} Turn */

/** @param {Pick<Turn, "error" | "answer">} turn */
export function problemBox({ error, answer }) {
  const code = error?.code ?? "unknown"
  const help = helpFor(code)
  return h(
    "div",
    {
      class: `notice notice--${answer === "" ? "danger" : "warn"} problem`,
      role: "group",
      "aria-label": t("chat.problem"),
    },
    icon("warning"),
    h(
      "div",
      { class: "notice__body" },
      h("p", {}, errorText(error)),
      h("p", { class: "problem__code tiny" }, [code, error?.id ?? error?.details?.id].filter(Boolean).join(" · ")),
      help && h("p", {}, h("a", { class: "button button--small", href: help.path }, help.label)),
    ),
  )
}
