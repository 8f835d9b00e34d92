/** What the palette can do, besides opening conversations. */

import { api } from "../core/api.js"
import { language, t } from "../core/i18n.js"
import { preferences } from "../core/preferences.js"
import { navigate } from "../core/router.js"
import { session } from "../core/session.js"
import { complain } from "../parts/complain.js"

/** @typedef {import("../parts/icon.js").IconName} IconName */
/** @typedef {{ label: string, icon: IconName, run: () => unknown }} Action */

/** @returns {Action[]} */
export function actions() {
  return [
    { label: t("action.new_chat"), icon: "plus", run: () => navigate("/chat") },
    { label: t("action.go_inbox"), icon: "inbox", run: () => navigate("/inbox") },
    { label: t("action.go_files"), icon: "folder", run: () => navigate("/files") },
    { label: t("action.go_usage"), icon: "usage", run: () => navigate("/usage") },
    { label: t("action.go_settings"), icon: "settings", run: () => navigate("/settings") },
    { label: t("action.go_providers"), icon: "key", run: () => navigate("/settings/providers") },
    { label: t("action.go_system"), icon: "model", run: () => navigate("/settings/system") },
    { label: t("action.go_models"), icon: "model", run: () => navigate("/settings/models") },
    ...looks(),
    { label: t("action.shortcuts"), icon: "keyboard", run: async () => (await import("./help.js")).openHelp() },
    { label: t("action.docs"), icon: "token", run: () => open("/docs", "_blank", "noopener") },
    { label: t("action.sign_out"), icon: "sign_out", run: signOut },
  ]
}

/** End this browser's session and leave nothing of it on the page, even when the server cannot be told. */
async function signOut() {
  try {
    await api.delete("/api/session")
  } catch (error) {
    complain(error)
  }
  session.end()
  location.assign("/")
}

/** @returns {Action[]} */
function looks() {
  const other = language() === "ko" ? "en" : "ko"
  return [
    { label: t("action.theme_light"), icon: "sun", run: () => change({ theme: "light" }) },
    { label: t("action.theme_dark"), icon: "moon", run: () => change({ theme: "dark" }) },
    { label: t("action.theme_system"), icon: "sliders", run: () => change({ theme: "system" }) },
    { label: t(`action.language_${other}`), icon: "globe", run: () => change({ language: other }) },
  ]
}

/** @param {Partial<import("../core/preferences.js").PreferenceValues>} patch */
async function change(patch) {
  try {
    await preferences.change(patch)
  } catch (error) {
    complain(error)
  }
}
