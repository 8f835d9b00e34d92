/** Tokens for other programs: made with what they may do, shown once, revoked at any time. */

import { api, errorText } from "../../core/api.js"
import { define } from "../../core/element.js"
import { ago, date } from "../../core/format.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { chip } from "../../parts/chip.js"
import { copyText } from "../../parts/copy.js"
import { confirm, openDialog } from "../../parts/dialog.js"
import { field, fieldError, toggle } from "../../parts/field.js"
import { SettingsPart } from "./part.js"
import { actionsRow, button, card, itemsOf, notice } from "./pieces.js"

/** @typedef {"chat" | "read" | "manage"} Scope */
/** @typedef {{ id: string, name: string, last4: string, scopes: Scope[], created_at: string, last_used_at: string | null }} TokenRow */

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
    const go = button(
      t("settings.tokens.create"),
      () => void this.#submit(dialog, named, name.value.trim(), [...chosen]),
      { kind: "main" },
    )
    const dialog = openDialog({
      title: t("settings.tokens.create"),
      body: [
        named,
        h("fieldset", { class: "stack" }, h("legend", { class: "field__label" }, t("settings.tokens.scopes")), scopes),
      ],
      footer: go,
    })
    name.focus()
  }

  /**
   * @param {HTMLDialogElement} dialog
   * @param {HTMLElement} named
   * @param {string} name
   * @param {Scope[]} scopes
   */
  async #submit(dialog, named, name, scopes) {
    if (!name) return fieldError(named, t("settings.tokens.name_missing"))
    if (scopes.length === 0) return fieldError(named, t("settings.tokens.scopes_missing"))
    try {
      const { token } = await api.post("/api/tokens", { name, scopes })
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

/** @param {string} token */
function showOnce(token) {
  openDialog({
    title: t("settings.tokens.made"),
    body: [notice("warn", "warning", t("settings.tokens.once")), h("code", { class: "secret" }, token)],
    footer: button(t("parts.copy"), () => copyText(token), { kind: "main", icon: "copy" }),
  })
}

define("md-settings-tokens", Tokens)
