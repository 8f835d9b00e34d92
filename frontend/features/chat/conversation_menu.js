/** What can be done with a whole conversation: rename, archive, export, delete with a way back. */

import { api, errorText } from "../../core/api.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { openDialog } from "../../parts/dialog.js"
import { field, fieldError } from "../../parts/field.js"
import { openMenu } from "../../parts/menu.js"
import { toast } from "../../parts/toast.js"

/** @typedef {import("./types.js").Conversation} Conversation */
/** @typedef {import("../../parts/menu.js").MenuItem} MenuItem */

/**
 * Open the menu of a conversation beside a button.
 * @param {HTMLElement} button
 * @param {Conversation} conversation
 */
export function openConversationMenu(button, conversation) {
  openMenu(button, items(conversation))
}

/**
 * @param {Conversation} conversation
 * @returns {MenuItem[]}
 */
function items(conversation) {
  const { archived } = conversation
  return [
    { label: t("chat.rename"), icon: "edit", run: () => rename(conversation) },
    {
      label: t(archived ? "chat.unarchive" : "chat.archive"),
      icon: "archive",
      run: () => tried(() => archive(conversation)),
    },
    { label: t("chat.export.markdown"), icon: "download", run: () => tried(() => save(conversation, "markdown")) },
    { label: t("chat.export.json"), icon: "download", run: () => tried(() => save(conversation, "json")) },
    { label: t("chat.delete"), icon: "trash", danger: true, run: () => tried(() => remove(conversation)) },
  ]
}

/** @param {() => Promise<unknown>} work */
async function tried(work) {
  try {
    await work()
  } catch (error) {
    toast(errorText(error), { kind: "danger" })
  }
}

/** @param {Conversation} conversation */
export function rename({ id, title }) {
  const input = h("input", { type: "text", maxlength: "200", value: title })
  const box = field({ label: t("chat.rename.label"), control: input })
  const save = h("button", { class: "button button--main", type: "submit", form: "chat-rename" }, t("parts.save"))
  const form = h("form", { id: "chat-rename", novalidate: true }, box)
  const dialog = openDialog({ title: t("chat.rename"), body: form, footer: save })
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    const wanted = input.value.trim()
    if (!wanted) return fieldError(box, t("chat.rename.empty"))
    try {
      await api.patch(`/api/chat/conversations/${id}`, { title: wanted })
      dialog.close()
    } catch (error) {
      fieldError(box, errorText(error))
    }
  })
  input.select()
}

/** @param {Conversation} conversation */
async function archive({ id, title, archived }) {
  await api.patch(`/api/chat/conversations/${id}`, { archived: !archived })
  const undo = () => tried(() => api.patch(`/api/chat/conversations/${id}`, { archived }))
  const words = t(archived ? "chat.unarchived" : "chat.archived", { title })
  toast(words, { action: { label: t("parts.undo"), run: undo } })
}

/** @param {Conversation} conversation */
async function remove({ id, title }) {
  await api.delete(`/api/chat/conversations/${id}`)
  const undo = () => tried(() => api.post(`/api/chat/conversations/${id}/restore`, {}))
  toast(t("chat.deleted", { title }), { action: { label: t("parts.undo"), run: undo } })
}

/**
 * @param {Conversation} conversation
 * @param {"markdown" | "json"} format
 */
async function save({ id, title }, format) {
  const answer = await api.raw(`/api/chat/conversations/${id}/export?format=${format}`)
  const address = URL.createObjectURL(await answer.blob())
  const name = `${
    title
      .replace(/[\\/:*?"<>|]/g, " ")
      .trim()
      .slice(0, 80) || "madang"
  }.${format === "json" ? "json" : "md"}`
  h("a", { href: address, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
