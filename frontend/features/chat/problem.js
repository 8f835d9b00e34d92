/** What went wrong with an answer: a sentence, the code and id the log has, and where it can be put right. */

import { errorText } from "../../core/api.js"
import { moment } from "../../core/format.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { capSentences, helpFor } from "../../core/problems.js"
import { complain } from "../../parts/complain.js"
import { icon } from "../../parts/icon.js"

/** @typedef {import("./types.js").Turn} Turn */

/** @param {Turn} turn */
export function problemBox(turn) {
  const { error, answer, finished_at } = turn
  const code = error?.code ?? "unknown"
  const help = helpFor(code)
  const again = askableAt(error, finished_at)
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
      capSentences(error?.details).map((sentence) => h("p", {}, sentence)),
      again && h("p", {}, t("chat.problem.again", { time: moment(again) })),
      code === "gateway.price_unknown" && !error?.details?.is_decided && priceQuestion(turn),
      h("p", { class: "problem__code tiny" }, [code, error?.id ?? error?.details?.id].filter(Boolean).join(" · ")),
      help && h("p", {}, h("a", { class: "button button--small", href: help.path }, help.label)),
    ),
  )
}

/** What can be decided here; the page that helps is linked to in any case. @param {Turn} turn */
function priceQuestion(turn) {
  const place = h("div", {})
  import("./price_choice.js").then(({ priceChoice }) => place.append(priceChoice(turn))).catch(complain)
  return place
}

/**
 * When the provider takes questions again, as far as it said so.
 * @param {Turn["error"]} error
 * @param {string | null} finishedAt
 */
function askableAt(error, finishedAt) {
  const seconds = error?.details?.retry_after_seconds
  if (typeof seconds !== "number" || seconds <= 0 || !finishedAt) return null
  return new Date(finishedAt).getTime() + seconds * 1000
}
