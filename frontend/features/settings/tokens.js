/** Tokens for other programs: made with what they may do, shown once, revoked at any time. */

import { api, errorText } from "../../core/api.js"
import { define } from "../../core/element.js"
import { ago, date } from "../../core/format.js"
import { add, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { chip } from "../../parts/chip.js"
import { complain } from "../../parts/complain.js"
import { copyText } from "../../parts/copy.js"
import { confirm, openDialog } from "../../parts/dialog.js"
import { field, fieldError, toggle } from "../../parts/field.js"
import { SettingsPart } from "./part.js"
import { actionsRow, button, card, itemsOf, notice } from "./pieces.js"

/** @typedef {"chat" | "read" | "manage"} Scope */
/** @typedef {{ id: string, name: string, last4: string, scopes: Scope[], models: string[] | null, keeps_answers: boolean, created_at: string, last_used_at: string | null }} TokenRow */

/** @type {Scope[]} */
const SCOPES = ["chat", "read", "manage"]

/** @extends {SettingsPart<TokenRow[]>} */
export class Tokens extends SettingsPart {
  name = "tokens"

  /** @override */
  async read() {
    return itemsOf(await api.get("/api/tokens"))
  }

  /** @param {TokenRow[]} rows @override */
  draw(rows) {
    const create = button(t("settings.tokens.create"), () => this.#create(), {
      kind: "main",
      icon: "plus",
      key: "create",
    })
    if (rows.length === 0) return card(h("div", { class: "empty" }, h("p", {}, t("settings.tokens.none")), create))
    return [
      card(
        h(
          "ul",
          { role: "list", class: "rows" },
          rows.map((row) => this.#row(row)),
        ),
      ),
      actionsRow(create),
    ]
  }

  /** @param {TokenRow} row */
  #row(row) {
    const used = row.last_used_at
      ? t("settings.tokens.used", { ago: ago(row.last_used_at) })
      : t("settings.tokens.unused")
    return h(
      "li",
      { class: "rows__one" },
      h(
        "div",
        { class: "grow" },
        h(
          "div",
          { class: "row row--wrap" },
          h("strong", {}, row.name),
          row.scopes.map((scope) => chip(t(`settings.tokens.scope_${scope}`))),
          (row.models ?? []).map((model) => chip(model)),
          row.keeps_answers && chip(t("settings.tokens.keeps")),
        ),
        h(
          "p",
          { class: "soft small" },
          t("settings.tokens.row", { last4: row.last4, date: date(row.created_at), used }),
        ),
      ),
      button(t("settings.tokens.revoke"), () => this.#revoke(row), { kind: "quiet-danger", key: `revoke-${row.id}` }),
    )
  }

  /** @param {TokenRow} row */
  async #revoke({ id, name }) {
    const question = {
      title: t("settings.tokens.revoke_title", { name }),
      text: t("settings.tokens.revoke_ask"),
      yes: t("settings.tokens.revoke"),
    }
    if (await confirm(question))
      await this.run(() => api.delete(`/api/tokens/${id}`), t("settings.tokens.revoked", { name }))
  }

  #create() {
    const chosen = new Set(/** @type {Scope[]} */ (["chat"]))
    const name = h("input", {
      type: "text",
      maxlength: "100",
      autocomplete: "off",
      placeholder: t("settings.tokens.name_example"),
    })
    const named = field({ label: t("settings.tokens.name"), control: name })
    const scopes = SCOPES.map((scope) => scopeToggle(scope, chosen))
    const models = h("select", { multiple: true, size: "4" })
    let keeps = false
    const keeping = toggle({
      label: t("settings.tokens.keeps"),
      hint: t("settings.tokens.keeps_hint"),
      checked: keeps,
      onchange: (checked) => (keeps = checked),
    })
    // The list may take a moment, and nobody who wants all models has to wait for it.
    api.get("/api/settings/models").then((known) => add(models, known.map(modelOption)), complain)
    const go = button(
      t("settings.tokens.create"),
      () =>
        void this.#submit(dialog, named, {
          name: name.value.trim(),
          scopes: [...chosen],
          models: valuesOf(models),
          keeps_answers: keeps,
        }),
      { kind: "main" },
    )
    const dialog = openDialog({
      title: t("settings.tokens.create"),
      body: [
        named,
        h("fieldset", { class: "stack" }, h("legend", { class: "field__label" }, t("settings.tokens.scopes")), scopes),
        field({ label: t("settings.tokens.models"), hint: t("settings.tokens.models_hint"), control: models }),
        keeping,
      ],
      footer: go,
    })
    name.focus()
  }

  /**
   * @param {HTMLDialogElement} dialog
   * @param {HTMLElement} named
   * @param {{ name: string, scopes: Scope[], models: string[], keeps_answers: boolean }} wanted
   */
  async #submit(dialog, named, wanted) {
    const { name, scopes, models } = wanted
    if (!name) return fieldError(named, t("settings.tokens.name_missing"))
    if (scopes.length === 0) return fieldError(named, t("settings.tokens.scopes_missing"))
    try {
      const { token } = await api.post("/api/tokens", { ...wanted, models: models.length > 0 ? models : null })
      dialog.close()
      showOnce(token)
      await this.refresh()
    } catch (error) {
      fieldError(named, errorText(error))
    }
  }
}

/**
 * @param {Scope} scope
 * @param {Set<Scope>} chosen
 */
function scopeToggle(scope, chosen) {
  return toggle({
    label: t(`settings.tokens.scope_${scope}`),
    hint: t(`settings.tokens.scope_${scope}_hint`),
    checked: chosen.has(scope),
    onchange: (checked) => (checked ? chosen.add(scope) : chosen.delete(scope)),
  })
}

/** @param {{ id: string }} model */
function modelOption({ id }) {
  return h("option", { value: id }, id)
}

/** @param {HTMLSelectElement} select */
function valuesOf(select) {
  return [...select.selectedOptions].map((option) => option.value)
}

/** @param {string} token */
function showOnce(token) {
  openDialog({
    title: t("settings.tokens.made"),
    body: [notice("warn", "warning", t("settings.tokens.once")), h("code", { class: "secret" }, token)],
    footer: button(t("parts.copy"), () => copyText(token), { kind: "main", icon: "copy" }),
  })
}

define("md-settings-tokens", Tokens)
