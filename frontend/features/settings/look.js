/** Language and look: both show at once, here and in every open tab. */

import { define } from "../../core/element.js"
import { t } from "../../core/i18n.js"
import { preferences } from "../../core/preferences.js"
import { choice } from "../../parts/field.js"
import { SettingsPart } from "./part.js"
import { card } from "./pieces.js"

/** @typedef {import("../../core/preferences.js").PreferenceValues} PreferenceValues */

/** @extends {SettingsPart<PreferenceValues>} */
export class Look extends SettingsPart {
  name = "look"
  watches = ["preferences.changed"]

  /** @override */
  read() {
    return preferences.load()
  }

  /** @param {PreferenceValues} values @override */
  draw(values) {
    return card([this.#language(values), this.#theme(values)])
  }

  /** @param {PreferenceValues} values */
  #language(values) {
    return choice({
      label: t("settings.look.language"),
      name: "language",
      value: values.language ?? "browser",
      options: [
        { value: "browser", label: t("settings.look.language_browser") },
        { value: "ko", label: "한국어" },
        { value: "en", label: "English" },
      ],
      onchange: (value) => {
        const language = value === "ko" || value === "en" ? value : null
        void this.run(() => preferences.change({ language }))
      },
    })
  }

  /** @param {PreferenceValues} values */
  #theme(values) {
    return choice({
      label: t("settings.look.theme"),
      name: "theme",
      value: values.theme,
      options: ["system", "light", "dark"].map((value) => ({ value, label: t(`settings.look.theme_${value}`) })),
      onchange: (value) => {
        const theme = /** @type {PreferenceValues["theme"]} */ (value)
        void this.run(() => preferences.change({ theme }))
      },
    })
  }
}

define("md-settings-look", Look)
