/** A question as a card: what is asked, what it may do, why it is asked, and the answers. */

import { api } from "../../core/api.js"
import { define, MadangElement } from "../../core/element.js"
import { ago, moment } from "../../core/format.js"
import { add, fill, h, setAttribute } from "../../core/h.js"
import { hasText, t } from "../../core/i18n.js"
import { chip } from "../../parts/chip.js"
import { complain } from "../../parts/complain.js"
import { menuButton } from "../../parts/menu.js"
import { ruleWords, whyText } from "../../parts/rule_words.js"
import { Arming } from "./arming.js"
import { openAsRule } from "./as_rule.js"
import { asked, heading } from "./shown.js"

/** @typedef {import("./types.js").Question} Question */
/** @typedef {import("./types.js").Scope} Scope */
/** @typedef {import("../../parts/chip.js").ChipKind} ChipKind */

/** @type {Record<string, ChipKind>} */
const TIER_KINDS = { 3: "kept", 2: "warn", 1: "warn", 0: "danger" }
/** @type {Record<string, ChipKind>} */
const TAINT_KINDS = { untrusted: "danger", private: "warn", secret: "danger" }

export class QuestionCard extends MadangElement {
  #question
  #foot = h("footer", { class: "inbox__answers" })
  #hint = h("p", { class: "small soft inbox__hint", role: "status" })
  /** @type {Arming | null} */
  #arming = null
  #isBusy = false

  /** @param {Question} question */
  constructor(question) {
    super()
    this.#question = question
  }

  get question() {
    return this.#question
  }

  connected() {
    const { id, state } = this.#question
    this.className = "card inbox__card"
    this.dataset.question = id
    this.setAttribute("role", "article")
    this.setAttribute("aria-labelledby", `question-${id}`)
    const arming = new Arming(this.#foot, this.leaving, (isArmed) => this.#arm(isArmed))
    this.#arming = arming
    fill(this, head(this.#question), asked(this.#question, arming), why(this.#question), this.#foot, this.#hint)
    if (state === "pending") this.#offer()
    else this.#tell()
    this.#arm(false)
  }

  /** Show how it stands by now. @param {Question} question */
  become(question) {
    if (question.state === this.#question.state) return
    this.#question = question
    this.#tell()
  }

  /** The harmless answer. */
  get deny() {
    return /** @type {HTMLElement | null} */ (this.querySelector("[data-answer=deny]"))
  }

  #offer() {
    const { offers, id } = this.#question
    const more = offers.filter(({ scope }) => scope !== "once" && scope !== "run")
    const deny = h(
      "button",
      { class: "button", type: "button", "data-answer": "deny", "data-key": `deny-${id}` },
      t("inbox.deny"),
    )
    deny.addEventListener("click", () => void this.#answer("deny", "once"))
    fill(this.#foot, deny, this.#allow("once"))
    if (offers.some(({ scope }) => scope === "run")) add(this.#foot, this.#allow("run"))
    const rule = offers.find((offer) => offer.rule)
    if (more.length === 0 && !rule) return
    const button = h("button", { class: "button button--quiet", type: "button", "data-yes": "" }, t("inbox.more"))
    menuButton(button, () => (this.#arming?.isArmed ? this.#wider(more, rule) : []))
    button.addEventListener("click", (event) => this.#arming?.isArmed || event.stopImmediatePropagation(), {
      capture: true,
    })
    add(this.#foot, button)
  }

  /**
   * @param {Question["offers"]} more
   * @param {Question["offers"][number] | undefined} rule
   */
  #wider(more, rule) {
    const items = more.map(({ scope, rule: text, words }) => ({
      label: t(`inbox.allow.${scope}`),
      hint: ruleWords(words, text),
      run: () => void this.#answer("allow", scope),
    }))
    if (!rule) return items
    const run = () => openAsRule(rule, () => this.#answer("allow", "once"))
    return [...items, { label: t("inbox.as_rule"), hint: ruleWords(rule.words, rule.rule), run }]
  }

  /** @param {Scope} scope */
  #allow(scope) {
    const button = h(
      "button",
      { class: "button", type: "button", "data-yes": "", "data-answer": scope },
      t(`inbox.allow.${scope}`),
    )
    button.addEventListener("click", () => {
      if (this.#arming?.isArmed) void this.#answer("allow", scope)
    })
    return button
  }

  /** A button that is really disabled would let go of the focus. @param {boolean} isArmed */
  #arm(isArmed) {
    for (const one of this.#foot.querySelectorAll("[data-yes]"))
      setAttribute(one, "aria-disabled", isArmed ? null : "true")
    if (this.#question.state === "pending")
      this.#hint.textContent = this.#arming?.hasFolded ? t("inbox.open_first") : ""
  }

  /**
   * @param {"allow" | "deny"} decision
   * @param {Scope} scope
   */
  async #answer(decision, scope) {
    if (this.#isBusy) return
    this.#isBusy = true
    const { id, digest } = this.#question
    try {
      this.become(await api.post(`/api/permissions/pending/${id}/decision`, { digest, decision, scope }))
    } catch (error) {
      complain(error)
      await api.get(`/api/permissions/pending/${id}`).then((found) => this.become(found), complain)
    }
    this.#isBusy = false
  }

  /** What became of it, in the place of the answers. */
  #tell() {
    const { state, error } = this.#question
    const had = this.#foot.contains(document.activeElement)
    const key = `errors.${error?.code}`
    const told = h(
      "p",
      { tabindex: "-1", class: "inbox__told" },
      t(`inbox.state.${state}`),
      error && hasText(key) && ` ${t(key)}`,
    )
    this.dataset.state = state
    this.#hint.textContent = ""
    fill(this.#foot, told)
    if (had) told.focus()
  }
}

/** @param {Question} question */
function head(question) {
  const { id, action, taint, asked_at: at, expires_at: until } = question
  const { sandbox } = action
  return h(
    "header",
    { class: "inbox__head" },
    h("h2", { id: `question-${id}` }, heading(question)),
    h(
      "time",
      { class: "small soft", datetime: at, title: t("inbox.until", { time: moment(until) }) },
      t("inbox.since", { ago: ago(at) }),
    ),
    h(
      "div",
      { class: "inbox__chips" },
      chip(t(`inbox.actor.${action.actor.kind}`)),
      sandbox && chip(t(`inbox.tier.${sandbox.tier}`), TIER_KINDS[sandbox.tier]),
      sandbox &&
        chip(t(sandbox.network ? "inbox.network.on" : "inbox.network.off"), sandbox.network ? "danger" : "plain"),
      taint.map((one) => chip(t(`inbox.taint.${one}`), TAINT_KINDS[one])),
      action.kind === "fs.delete" && chip(t("inbox.to_trash"), "kept"),
    ),
  )
}

/** @param {Question} question */
function why({ verdict }) {
  const reasons = verdict.because.map(whyText)
  return reasons.length > 0 && h("p", { class: "small soft inbox__why" }, t("inbox.why", { why: reasons.join(" ") }))
}

define("md-question", QuestionCard)
