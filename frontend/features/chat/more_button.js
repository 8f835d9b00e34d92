/** The button that opens a conversation's menu; the menu itself is fetched when it is first wanted. */

import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { icon } from "../../parts/icon.js"

/** @typedef {import("./types.js").Conversation} Conversation */

/**
 * @param {string} className
 * @param {() => Conversation | undefined} conversation as it is when the menu opens
 */
export function moreButton(className, conversation) {
  const title = conversation()?.title || t("chat.untitled")
  const button = h(
    "button",
    {
      class: className,
      type: "button",
      "aria-label": t("chat.menu", { title }),
      "aria-haspopup": "menu",
      "aria-expanded": "false",
    },
    icon("more"),
  )
  button.addEventListener("click", async () => {
    const { openConversationMenu } = await import("./conversation_menu.js")
    const current = conversation()
    if (current) openConversationMenu(button, current)
  })
  return button
}
