/** Keys and providers: who answers, with which key, and whether that works. */

import { api } from "../../core/api.js"
import { define } from "../../core/element.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { preferences } from "../../core/preferences.js"
import { toggle } from "../../parts/field.js"
import { toast } from "../../parts/toast.js"
import { Consent } from "./consent.js"
import { SettingsPart } from "./part.js"
import { actionsRow, button, card, itemsOf, notice } from "./pieces.js"
import { check, providerCard } from "./provider_card.js"
import { editProvider } from "./provider_form.js"

/**
 * @typedef {object} Provider
 * @property {string} id
 * @property {string} name
 * @property {string} kind
 * @property {"openai" | "environment" | "settings" | "found" | "builtin"} source who named it
 * @property {string} base_url
 * @property {boolean} enabled
 * @property {number | null} price_input_microusd_per_mtok
 * @property {number | null} price_output_microusd_per_mtok
 */
/**
 * @typedef {object} KeyStatus
 * @property {string} name
 * @property {boolean} set
 * @property {string} last4
 * @property {string | null} source
 * @property {string | null} updated_at
 * @property {string | null} problem why its place, or a better one, cannot be used
 */
/** @typedef {{ providers: Provider[], keys: Map<string, KeyStatus> }} ProvidersData */

/** @extends {SettingsPart<ProvidersData>} */
export class Providers extends SettingsPart {
  name = "providers"
  watches = ["providers.changed", "keys.changed"]
  consent = new Consent()
  /** What the last check of a provider showed; it stays when the cards are drawn anew. @type {Map<string, HTMLElement>} */
  #checks = new Map()

  /** @override */
  async read() {
    const [providers, keys] = await Promise.all([
      api.get("/api/settings/providers"),
      api.get("/api/keys"),
      preferences.values ?? preferences.load(),
    ])
    const known = /** @type {KeyStatus[]} */ (itemsOf(keys)).map((key) => /** @type {const} */ ([key.name, key]))
    return { providers: itemsOf(providers), keys: new Map(known) }
  }

  /** @param {ProvidersData} data @override */
  draw({ providers, keys }) {
    const shown = providers.filter(({ source }) => source !== "builtin")
    const hasKey = [...keys.values()].some((key) => key.set)
    return [
      !hasKey && notice("good", "key", h("p", {}, t("settings.providers.first_key"))),
      shown.map((provider) => this.#card(provider, keys.get(`provider:${provider.id}`) ?? null)),
      actionsRow(button(t("settings.providers.add"), () => editProvider(this, null), { icon: "plus", key: "add" })),
      this.#local(),
    ]
  }

  /**
   * @param {Provider} provider
   * @param {KeyStatus | null} key
   */
  #card(provider, key) {
    return providerCard(this, provider, key, this.#outcome(provider))
  }

  /** Where the last check of a provider shows. @param {Provider} provider */
  #outcome({ id }) {
    const outcome = this.#checks.get(id) ?? h("div", { class: "check", "aria-live": "polite" })
    this.#checks.set(id, outcome)
    return outcome
  }

  /** Ask a provider for its models and show at its card what came of it. @param {Provider} provider */
  check(provider) {
    return check(provider, this.#outcome(provider))
  }

  #local() {
    return card(
      [
        h("p", { class: "soft" }, t("settings.providers.local_lead")),
        toggle({
          label: t("settings.providers.discovery"),
          checked: preferences.values?.local_discovery ?? true,
          onchange: (local_discovery) => void this.run(() => preferences.change({ local_discovery }), t("parts.saved")),
        }),
        actionsRow(
          button(t("settings.providers.discover"), () => void this.#discover(), { icon: "search", key: "discover" }),
        ),
      ],
      t("settings.providers.local"),
    )
  }

  async #discover() {
    await this.run(async () => {
      const found = itemsOf(await api.post("/api/settings/providers/discover"))
      toast(
        found.length > 0 ? t("settings.providers.found", { count: found.length }) : t("settings.providers.found_none"),
      )
    })
  }
}

define("md-settings-providers", Providers)
