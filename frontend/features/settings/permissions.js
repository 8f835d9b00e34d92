/** What the assistant may do on this machine: the mode, the person's rules, what they allowed for longer, the record. */

import { api, errorText } from "../../core/api.js"
import { define } from "../../core/element.js"
import { ago, moment } from "../../core/format.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { choice, field, fieldError } from "../../parts/field.js"
import { openForm } from "../../parts/form.js"
import { ruleWords } from "../../parts/rule_words.js"
import { toast } from "../../parts/toast.js"
import { SettingsPart } from "./part.js"
import { actionsRow, button, card, itemsOf, notice } from "./pieces.js"

/** @typedef {import("../../parts/rule_words.js").Words} Words */
/** @typedef {"chat" | "read" | "ask" | "workspace"} Mode */
/** @typedef {{ id: string, text: string, words: Words | null }} Rule */
/** @typedef {{ text: string, source: string, id: string, words: Words }} RuleInForce */
/** @typedef {{ id: string, scope: string, rule: string, words: Words | null, expires_at: string | null, created_at: string }} Grant */
/** @typedef {{ code: string, text: string, source: string }} Warning */
/** @typedef {{ mode: Mode, rules: RuleInForce[], warnings: Warning[] }} Policy */
/** @typedef {{ id: string, at: string, kind: string, entry: Record<string, any> }} Entry */
/** @typedef {{ policy: Policy, own: Rule[], grants: Grant[], record: Entry[] }} All */
/** @typedef {{ looked_at: number, changed: { happened: string, would: string }[], words: Words }} Simulation */
/** @typedef {{ sound: boolean, entries: number, findings: unknown[] }} Verified */

const MODES = /** @type {Mode[]} */ (["chat", "read", "ask", "workspace"])
const SHOWN = 30
const TRY_AFTER_MS = 400

/** @extends {SettingsPart<All>} */
export class Permissions extends SettingsPart {
  name = "permissions"
  watches = ["permissions.changed", "approvals.changed", "folders.changed"]

  /** @override */
  async read() {
    const [policy, own, grants, record] = await Promise.all([
      api.get("/api/permissions"),
      api.get("/api/permissions/rules"),
      api.get("/api/permissions/grants"),
      api.get(`/api/permissions/audit?limit=${SHOWN}`),
    ])
    return { policy, own, grants, record: itemsOf(record) }
  }

  /** @param {All} all @override */
  draw({ policy, own, grants, record }) {
    const others = policy.rules.filter(({ source }) => source !== "user" && source !== "grant")
    return [
      policy.warnings.length > 0 && notice("warn", "warning", policy.warnings.map(warning)),
      this.#modes(policy.mode),
      this.#rules(own, others),
      this.#grants(grants),
      this.#record(record),
    ]
  }

  /** @param {Mode} chosen */
  #modes(chosen) {
    const options = MODES.map((mode) => ({ value: mode, label: t(`permissions.mode.${mode}`) }))
    const put = (/** @type {string} */ mode) =>
      this.run(() => api.put("/api/permissions/mode", { mode }), t("parts.saved"))
    return card(
      [
        choice({ label: t("permissions.mode"), name: "mode", options, value: chosen, onchange: put }),
        h("p", { class: "soft small" }, t(`permissions.mode.${chosen}.means`)),
      ],
      t("permissions.mode"),
    )
  }

  /**
   * @param {Rule[]} own
   * @param {RuleInForce[]} others
   */
  #rules(own, others) {
    return card(
      [
        h("p", { class: "soft small" }, t("permissions.rules.lead")),
        own.length > 0 &&
          h(
            "ul",
            { role: "list", class: "rows" },
            own.map((rule) => this.#rule(rule)),
          ),
        others.length > 0 &&
          h("details", { class: "small" }, h("summary", {}, t("permissions.rules.others")), lines(others)),
        actionsRow(button(t("permissions.rules.add"), () => openRule(this), { icon: "plus", key: "rule-new" })),
      ],
      t("permissions.rules.title"),
    )
  }

  /** @param {Rule} rule */
  #rule({ id, text, words }) {
    const remove = () => this.run(() => api.delete(`/api/permissions/rules/${id}`), t("permissions.rules.removed"))
    return row(
      [h("p", {}, ruleWords(words, text)), h("code", { class: "small soft" }, text)],
      [button(t("parts.delete"), remove, { kind: "quiet-danger", key: `rule-${id}` })],
    )
  }

  /** @param {Grant[]} grants */
  #grants(grants) {
    if (grants.length === 0) return null
    const drawn = grants.map(({ id, scope, rule, words, created_at, expires_at }) => {
      const revoke = () => this.run(() => api.delete(`/api/permissions/grants/${id}`), t("permissions.grants.revoked"))
      const until = expires_at ? t("permissions.grants.until", { time: moment(expires_at) }) : ""
      const facts = [t(`permissions.scope.${scope}`), ago(created_at), until].filter(Boolean).join(" · ")
      return row(
        [h("p", {}, ruleWords(words, rule)), h("p", { class: "small soft" }, facts)],
        [button(t("permissions.grants.revoke"), revoke, { kind: "quiet-danger", key: `grant-${id}` })],
      )
    })
    return card(h("ul", { role: "list", class: "rows" }, drawn), t("permissions.grants.title"))
  }

  /** @param {Entry[]} record */
  #record(record) {
    const said = h("p", { class: "small", role: "status" })
    const verify = async () => {
      try {
        const found = /** @type {Verified} */ (await api.post("/api/permissions/audit/verify"))
        const key = found.sound ? "permissions.record.sound" : "permissions.record.broken"
        fill(said, t(key, { count: found.sound ? found.entries : found.findings.length }))
      } catch (error) {
        fill(said, errorText(error))
      }
    }
    return card(
      [
        h("p", { class: "soft small" }, t("permissions.record.lead")),
        actionsRow(button(t("permissions.record.verify"), verify, { key: "verify" })),
        said,
        record.length > 0 && h("ol", { role: "list", class: "rows" }, record.map(entryRow)),
      ],
      t("permissions.record.title"),
    )
  }
}

/**
 * @param {import("../../core/h.js").Child[]} said
 * @param {HTMLElement[]} buttons
 */
function row(said, buttons) {
  return h("li", { class: "rows__one" }, h("div", { class: "grow" }, said), buttons)
}

/** @param {Warning} one */
function warning({ code, text }) {
  return h("p", {}, t(`permissions.warning.${code}`), " ", h("code", { class: "small" }, text))
}

/** @param {RuleInForce[]} rules */
function lines(rules) {
  return h(
    "ul",
    {},
    rules.map(({ words, text, source }) =>
      h("li", {}, `${t(`permissions.source.${source}`)}: ${ruleWords(words, text)}`),
    ),
  )
}

/** @param {Entry} one */
function entryRow({ at, kind, entry }) {
  const about = [entry.kind, ...(entry.argv ?? []), ...(entry.paths ?? []), entry.url, entry.rule, entry.text]
  const facts = about.filter(Boolean).join(" ").slice(0, 200)
  return h(
    "li",
    { class: "rows__one" },
    h(
      "div",
      { class: "grow" },
      h("p", {}, t(`permissions.record.${kind}`)),
      h("p", { class: "small soft mono" }, facts),
    ),
    h("span", { class: "small soft number" }, moment(at)),
  )
}

/**
 * Write a rule, with what it says in words and what it would have done to the past.
 * @param {Permissions} part
 */
function openRule(part) {
  const input = h("input", { type: "text", name: "rule", autocomplete: "off", spellcheck: "false", class: "mono" })
  const box = field({ label: t("permissions.rules.line"), hint: t("permissions.rules.hint"), control: input })
  const means = h("p", { class: "small", role: "status" })
  let waiting = 0
  let round = 0
  const tell = async () => {
    const mine = ++round
    const text = input.value.trim()
    if (!text) return fill(means)
    try {
      const found = /** @type {Simulation} */ (await api.post("/api/permissions/rules/simulate", { text }))
      if (mine !== round) return
      fieldError(box, "")
      const past = t("permissions.rules.past", { count: found.changed.length, looked: found.looked_at })
      fill(means, `${ruleWords(found.words, text)} · ${past}`)
    } catch (error) {
      if (mine === round) fill(means, errorText(error))
    }
  }
  input.addEventListener("input", () => {
    clearTimeout(waiting)
    waiting = setTimeout(() => void tell(), TRY_AFTER_MS)
  })
  openForm({
    title: t("permissions.rules.add"),
    body: h("div", { class: "stack" }, box, means),
    save: t("parts.save"),
    onsave: async (dialog) => {
      try {
        await api.post("/api/permissions/rules", { text: input.value.trim() })
        dialog.close()
        toast(t("parts.saved"))
        await part.refresh()
      } catch (error) {
        fieldError(box, errorText(error))
      }
    },
  })
}

define("md-settings-permissions", Permissions)
