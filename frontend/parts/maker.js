/** Who provides a model, in the reader's words. */

import { t } from "../core/i18n.js"

/** @param {{ provider: string, provider_name: string, is_builtin: boolean }} model */
export function maker({ provider, provider_name, is_builtin }) {
  if (is_builtin) return t("settings.builtin.title")
  return provider === "env" ? t("settings.providers.environment") : provider_name
}
