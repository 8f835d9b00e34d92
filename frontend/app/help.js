/** The list of shortcuts. */

import { h } from "../core/h.js"
import { t } from "../core/i18n.js"
import { loadStyle } from "../core/style.js"
import { openDialog } from "../parts/dialog.js"

await loadStyle(new URL("../styles/palette.css", import.meta.url))

const COMMAND = /mac|iphone|ipad/i.test(navigator.userAgent) ? "⌘" : "Ctrl"

export function openHelp() {
  openDialog({
    title: t("shortcuts.title"),
    class: "help",
    body: [
      table(t("shortcuts.everywhere"), [
        [[COMMAND, "K"], t("shortcuts.palette")],
        [[COMMAND, t("key.shift"), "O"], t("shortcuts.new_chat")],
        [[COMMAND, ","], t("shortcuts.settings")],
        [["?"], t("shortcuts.help")],
      ]),
      table(t("shortcuts.in_chat"), [
        [["/"], t("shortcuts.composer")],
        [[t("key.enter")], t("shortcuts.send")],
        [[t("key.shift"), t("key.enter")], t("shortcuts.new_line")],
        [[t("key.escape")], t("shortcuts.stop")],
        [[t("key.up")], t("shortcuts.edit_last")],
      ]),
    ],
  })
}

/**
 * @param {string} title
 * @param {[string[], string][]} rows
 */
function table(title, rows) {
  return h(
    "section",
    {},
    h("h3", {}, title),
    h(
      "dl",
      { class: "help__keys" },
      rows.map(([keys, what]) =>
        h(
          "div",
          {},
          h("dt", {}, what),
          h(
            "dd",
            {},
            keys.map((key) => h("kbd", {}, key)),
          ),
        ),
      ),
    ),
  )
}
