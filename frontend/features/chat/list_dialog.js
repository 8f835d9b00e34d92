/** The list of conversations over the page, where the screen is too narrow to have both. */

import { t } from "../../core/i18n.js"
import { router } from "../../core/router.js"
import { openDialog } from "../../parts/dialog.js"
import { ChatList } from "./list.js"

export function openListDialog() {
  const list = new ChatList()
  const leaving = new AbortController()
  const dialog = openDialog({ title: t("chat.list"), body: list, class: "list-dialog", onclose: () => leaving.abort() })
  list.current = router.route.part
  router.addEventListener("route", () => dialog.close(), { signal: leaving.signal })
  list.querySelector(".list__new")?.addEventListener("click", () => dialog.close())
}
