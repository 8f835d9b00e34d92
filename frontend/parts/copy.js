/** Copies text and says so. */

import { t } from "../core/i18n.js"
import { toast } from "./toast.js"

/**
 * @param {string} text
 * @param {string} [said]
 */
export async function copyText(text, said = t("parts.copied")) {
  try {
    await navigator.clipboard.writeText(text)
    toast(said)
  } catch {
    toast(t("parts.copy_failed"), { kind: "danger" })
  }
}
