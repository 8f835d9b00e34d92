/** Kept answers: how many, how large, for how long, and away with them. */

import { api } from "../../core/api.js"
import { define } from "../../core/element.js"
import { bytes } from "../../core/format.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { preferences } from "../../core/preferences.js"
import { confirm } from "../../parts/dialog.js"
import { toggle } from "../../parts/field.js"
import { progress } from "../../parts/progress.js"
import { toast } from "../../parts/toast.js"
import { numberField } from "./numbers.js"
import { SettingsPart } from "./part.js"
import { actionsRow, button, card } from "./pieces.js"
import { similarParts } from "./similar.js"

const HOUR = 3600
const MEGABYTE = 1_000_000

/**
 * @typedef {object} CacheState
 * @property {number} entries
 * @property {number} size_bytes
 * @property {number} limit_bytes
 * @property {number} ttl_seconds
 * @property {boolean} enabled
 * @property {number} never_kept
 * @property {import("./similar.js").SimilarState} similar
 */
/** @typedef {Partial<import("../../core/preferences.js").PreferenceValues>} Patch */

/** @extends {SettingsPart<CacheState>} */
export class Cache extends SettingsPart {
  name = "cache"
  watches = ["preferences.changed"]

  /** @override */
  read() {
    return api.get("/api/settings/cache")
  }

  /** @param {CacheState} state @override */
  draw(state) {
    return [
      card([
        h("p", { class: "figure" }, t("settings.cache.entries", { count: state.entries })),
        progress({
          label: t("settings.cache.size"),
          value: state.size_bytes,
          max: state.limit_bytes,
          text: t("settings.cache.of_limit", { size: bytes(state.size_bytes), limit: bytes(state.limit_bytes) }),
        }),
        h("p", { class: "small" }, h("a", { href: "/settings/saving" }, t("settings.cache.saved_more"))),
        actionsRow(
          button(t("settings.cache.clear"), () => this.#clear(), {
            kind: "quiet-danger",
            icon: "trash",
            key: "clear",
            disabled: state.entries === 0,
          }),
        ),
      ]),
      card([this.#switch(state), h("div", { class: "columns" }, this.#ttl(state), this.#limit(state))]),
      card(
        similarParts(state.similar, state.enabled, (patch) => {
          void this.run(() => preferences.change(patch), t("parts.saved"))
        }),
        t("settings.similar.title"),
      ),
      state.never_kept > 0 && this.#never(state),
    ]
  }

  /** @param {CacheState} state */
  #switch(state) {
    return toggle({
      label: t("settings.cache.on"),
      hint: t("settings.cache.on_hint"),
      checked: state.enabled,
      onchange: (cache_enabled) => void this.run(() => preferences.change({ cache_enabled }), t("parts.saved")),
    })
  }

  /** @param {CacheState} state */
  #ttl(state) {
    return numberField({
      label: t("settings.cache.ttl"),
      value: state.ttl_seconds / HOUR,
      min: 1 / HOUR,
      max: 24 * 365,
      unit: t("settings.cache.hours"),
      key: "ttl",
      required: true,
      onvalue: (hours) => this.#save({ cache_ttl_seconds: Math.round(Number(hours) * HOUR) }),
    })
  }

  /** @param {CacheState} state */
  #limit(state) {
    return numberField({
      label: t("settings.cache.limit"),
      value: Math.round(state.limit_bytes / MEGABYTE),
      min: 2,
      max: 100_000,
      step: 1,
      unit: "MB",
      key: "limit",
      required: true,
      onvalue: (size) => this.#save({ cache_limit_bytes: Number(size) * MEGABYTE }),
    })
  }

  /** @param {Patch} patch */
  async #save(patch) {
    await preferences.change(patch)
    toast(t("parts.saved"))
    await this.refresh()
  }

  /** @param {CacheState} state */
  #never({ never_kept }) {
    const again = () => this.run(() => api.delete("/api/settings/cache/never"), t("settings.cache.kept_again"))
    return card([
      h("p", {}, t("settings.cache.never", { count: never_kept })),
      actionsRow(button(t("settings.cache.keep_again"), again, { key: "keep-again" })),
    ])
  }

  async #clear() {
    const question = {
      title: t("settings.cache.clear"),
      text: t("settings.cache.clear_ask"),
      yes: t("settings.cache.clear"),
    }
    if (await confirm(question)) await this.run(() => api.delete("/api/settings/cache"), t("settings.cache.cleared"))
  }
}

define("md-settings-cache", Cache)
