/** Answers to similar questions: the switch, the model that compares them, how often that helped and was wrong. */

import { errorText } from "../../core/api.js"
import { percent } from "../../core/format.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { field, select, toggle } from "../../parts/field.js"
import { facts, notice } from "./pieces.js"

/**
 * @typedef {object} SimilarState `hits` and `wrong` are of the last 30 days
 * @property {boolean} enabled
 * @property {"ready" | "missing" | "failing"} status
 * @property {string | null} embedder the one that is used, null where there is none
 * @property {string | null} chosen a model of a provider; null is the built-in one
 * @property {string | null} error
 * @property {string[]} models
 * @property {number} questions
 * @property {number} hits
 * @property {number} wrong
 */
/** @typedef {{ similar_enabled?: boolean, similar_model?: string | null }} SimilarPatch */

/**
 * @param {SimilarState} state
 * @param {boolean} isKeeping whether answers are kept at all
 * @param {(patch: SimilarPatch) => void} save
 */
export function similarParts(state, isKeeping, save) {
  return [
    toggle({
      label: t("settings.similar.on"),
      hint: t("settings.similar.on_hint"),
      checked: state.enabled,
      disabled: !isKeeping,
      onchange: (similar_enabled) => save({ similar_enabled }),
    }),
    trouble(state),
    model(state, save),
    counts(state),
  ]
}

/** Why nothing is found although it is switched on. @param {SimilarState} state */
function trouble({ enabled, status, error }) {
  if (!enabled || status === "ready") return null
  if (status === "missing") {
    const way = h("a", { href: "/settings/builtin" }, t("settings.similar.fetch"))
    return notice("warn", "warning", [h("p", {}, t("settings.similar.missing")), h("p", {}, way)])
  }
  const words = t("settings.similar.failing", { error: errorText({ code: error ?? "internal", message: error ?? "" }) })
  return notice("warn", "warning", h("p", {}, words))
}

/**
 * @param {SimilarState} state
 * @param {(patch: SimilarPatch) => void} save
 */
function model({ chosen, models }, save) {
  const names = chosen && !models.includes(chosen) ? [...models, chosen] : models
  const options = [
    { value: "", label: t("settings.similar.builtin") },
    ...names.map((name) => ({ value: name, label: name })),
  ]
  const control = select(options, chosen ?? "", { "data-key": "similar-model" })
  control.addEventListener("change", () => save({ similar_model: control.value || null }))
  return field({ label: t("settings.similar.model"), hint: t("settings.similar.model_hint"), control })
}

/** @param {SimilarState} state */
function counts({ questions, hits, wrong }) {
  if (questions === 0 && hits === 0) return null
  const times = (/** @type {number} */ count) => t("settings.cache.times", { count })
  const rate =
    hits > 0 ? t("settings.similar.rate", { times: times(wrong), share: percent(wrong / hits) }) : times(wrong)
  return facts([
    [t("settings.similar.questions"), t("settings.similar.question_count", { count: questions })],
    [t("settings.similar.hits"), times(hits)],
    [t("settings.similar.wrong"), rate],
  ])
}
