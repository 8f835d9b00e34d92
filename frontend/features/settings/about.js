/** About this installation: version, places, and where the API is described. */

import { api } from "../../core/api.js"
import { define } from "../../core/element.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { mark } from "../../parts/icon.js"
import { SettingsPart } from "./part.js"
import { card, facts, notice } from "./pieces.js"

/**
 * @typedef {object} AboutFacts
 * @property {string} version
 * @property {string} python
 * @property {string} platform
 * @property {string} data_dir
 * @property {string} log_file
 * @property {string} database
 * @property {{ checked_at: string, found: string } | null} integrity
 */

/** @extends {SettingsPart<AboutFacts>} */
export class About extends SettingsPart {
  name = "about"

  /** @override */
  read() {
    return api.get("/api/settings/about")
  }

  /** @param {AboutFacts} about @override */
  draw(about) {
    const isDamaged = about.integrity !== null && about.integrity.found !== "ok"
    return [
      ...(isDamaged ? [notice("danger", "warning", t("settings.about.damaged"))] : []),
      card([
        h(
          "div",
          { class: "row" },
          mark(),
          h("div", {}, h("strong", {}, "마당 Madang"), h("p", { class: "soft small" }, t("settings.about.motto"))),
        ),
        facts([
          [t("settings.about.version"), about.version],
          [t("settings.about.data"), h("code", {}, about.data_dir)],
          [t("settings.about.log"), h("code", {}, about.log_file)],
          [t("settings.about.database"), about.database],
          [t("settings.about.python"), about.python],
          [t("settings.about.platform"), about.platform],
        ]),
      ]),
      card(
        [
          h("p", { class: "soft" }, t("settings.about.docs_lead")),
          docsLink("/docs", "settings.about.docs"),
          docsLink("/openapi.json", "settings.about.openapi"),
        ],
        t("settings.about.programs"),
      ),
    ]
  }
}

/**
 * @param {string} href
 * @param {string} key
 */
function docsLink(href, key) {
  return h("p", {}, h("a", { href, target: "_blank", rel: "noopener" }, t(key)))
}

define("md-settings-about", About)
