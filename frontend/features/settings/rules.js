/** Rules that choose the model: in their order, each with what it did and what it would have done. */

import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { preferences } from "../../core/preferences.js"
import { confirm } from "../../parts/dialog.js"
import { toggle } from "../../parts/field.js"
import { iconButton } from "./fallbacks.js"
import { modelName } from "./model_select.js"
import { actionsRow, button, card } from "./pieces.js"
import { openRule } from "./rule_form.js"
import { about, trialText } from "./rule_trial.js"

/** @typedef {import("../../core/preferences.js").RouteRule} RouteRule */
/** @typedef {import("./model_select.js").ModelInfo} ModelInfo */
/** @typedef {import("./part.js").SettingsPart<any>} Part */
/**
 * @typedef {object} RuleSavings what a rule did
 * @property {string} rule_id
 * @property {number} calls
 * @property {number} priced_calls
 * @property {number} saved_microusd
 */
/** @typedef {import("./rule_trial.js").Trial} Trial */
/** @typedef {{ all: RouteRule[], models: ModelInfo[], trials: (Trial | null)[], did: RuleSavings[] }} Rules */

const MOST = 20

/**
 * @param {Part} part
 * @param {Rules} rules
 */
export function ruleCard(part, rules) {
  const save = (/** @type {RouteRule[]} */ routes) => part.run(() => preferences.change({ routes }), t("parts.saved"))
  const add = () => openRule(null, rules.models, (rule) => save([...rules.all, rule]))
  return card(
    [
      h("p", { class: "soft small" }, t("settings.rules.lead")),
      rules.all.length > 0 &&
        h(
          "ol",
          { role: "list", class: "rows" },
          rules.all.map((_, index) => row(rules, index, save)),
        ),
      rules.all.length < MOST && actionsRow(button(t("settings.rules.add"), add, { icon: "plus", key: "rule-new" })),
    ],
    t("settings.rules.title"),
  )
}

/**
 * @param {Rules} rules
 * @param {number} index
 * @param {(rules: RouteRule[]) => Promise<boolean>} save
 */
function row(rules, index, save) {
  const { all, models } = rules
  const rule = /** @type {RouteRule} */ (all[index])
  const put = (/** @type {RouteRule} */ changed) => save(all.with(index, changed))
  const { id, name } = rule
  return h(
    "li",
    { class: "rows__one" },
    h(
      "div",
      { class: "grow" },
      toggle({
        label: name,
        hint: t("settings.rules.sends", { when: conditions(rule), model: modelName(models, rule.model) }),
        checked: rule.enabled,
        onchange: (enabled) => void put({ ...rule, enabled }),
      }),
      h("p", { class: "small under-switch" }, did(rules, id)),
      h("p", { class: "soft small under-switch" }, trialText(rules.trials[index] ?? null)),
    ),
    h(
      "div",
      { class: "row" },
      all.length > 1 && [
        iconButton("up", t("settings.models.move_up", { name }), index === 0, () => save(moved(all, index, index - 1))),
        iconButton("down", t("settings.models.move_down", { name }), index === all.length - 1, () =>
          save(moved(all, index, index + 1)),
        ),
      ],
      button(t("parts.edit"), () => openRule(rule, models, put), { kind: "quiet", key: `rule-${id}` }),
      button(t("parts.delete"), () => remove(all, rule, save), { kind: "quiet-danger", key: `rule-delete-${id}` }),
    ),
  )
}

/**
 * @param {RouteRule[]} all
 * @param {number} from
 * @param {number} to
 */
function moved(all, from, to) {
  const rest = all.toSpliced(from, 1)
  return rest.toSpliced(to, 0, /** @type {RouteRule} */ (all[from]))
}

/**
 * @param {RouteRule[]} all
 * @param {RouteRule} rule
 * @param {(rules: RouteRule[]) => Promise<boolean>} save
 */
async function remove(all, { id, name }, save) {
  const question = {
    title: t("settings.rules.delete_title", { name }),
    text: t("settings.rules.delete_ask"),
    yes: t("parts.delete"),
  }
  if (await confirm(question)) await save(all.filter((one) => one.id !== id))
}

/** When a rule decides, in words. @param {RouteRule} rule */
function conditions(rule) {
  const words = [
    rule.feature && t(`caps.feature.${rule.feature}`),
    rule.max_characters && t("settings.rules.when_short", { count: rule.max_characters }),
    rule.max_context_tokens && t("settings.rules.when_light", { count: rule.max_context_tokens }),
    rule.without_files && t("settings.rules.when_no_files"),
    rule.without_code && t("settings.rules.when_no_code"),
  ].filter(Boolean)
  return words.length > 0 ? words.join(" · ") : t("settings.rules.when_any")
}

/**
 * @param {Rules} rules
 * @param {string} id
 */
function did({ did: all }, id) {
  const one = all.find(({ rule_id }) => rule_id === id)
  if (!one) return t("settings.rules.did_nothing")
  const done = t("settings.rules.did", { count: one.calls })
  return one.priced_calls > 0 ? `${done} · ${about(one.saved_microusd)}` : done
}
