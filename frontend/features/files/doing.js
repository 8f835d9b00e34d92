/** What a person does with files by hand: new folders, added files, other names, and the trash with its way back. */

import { api, errorText } from "../../core/api.js"
import { moment } from "../../core/format.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { complain } from "../../parts/complain.js"
import { openDialog } from "../../parts/dialog.js"
import { field, fieldError } from "../../parts/field.js"
import { openForm } from "../../parts/form.js"
import { icon } from "../../parts/icon.js"
import { toast } from "../../parts/toast.js"
import { join, nameOf, parentOf, within } from "./types.js"

/** @typedef {import("../../core/element.js").MadangElement} MadangElement */
/** @typedef {import("./types.js").Folder} Folder */
/** @typedef {import("./types.js").Trashed} Trashed */

const MOST_BYTES = 10 << 20
const CHUNK = 0x8000

/**
 * What can be done in a folder.
 * @param {MadangElement} page told by `files-changed`
 * @param {Folder} folder
 * @param {string} path
 */
export function folderActions(page, folder, path) {
  const input = h("input", { type: "file", multiple: true, class: "unseen", tabindex: "-1", "aria-hidden": "true" })
  input.addEventListener("change", () => void addFiles(page, folder, path, input))
  return [
    tool("plus", t("files.new_folder"), () => newFolder(page, folder, path)),
    tool("attach", t("files.add"), () => input.click()),
    !path && tool("trash", t("files.trash"), () => void openTrash(page, folder)),
    input,
  ]
}

/**
 * What can be done with a file or folder.
 * @param {MadangElement} page
 * @param {Folder} folder
 * @param {string} path
 */
export function fileActions(page, folder, path) {
  return [
    tool("edit", t("files.move"), () => move(page, folder, path)),
    tool("trash", t("files.delete"), () => void remove(page, folder, path)),
  ]
}

/**
 * @param {Folder} folder
 * @param {string} path
 */
export async function download(folder, path) {
  try {
    const answer = await api.raw(within(folder, "content", { path }))
    const address = URL.createObjectURL(await answer.blob())
    h("a", { href: address, download: nameOf(path) }).click()
    setTimeout(() => URL.revokeObjectURL(address), 10_000)
  } catch (error) {
    complain(error)
  }
}

/**
 * @param {import("../../parts/icon.js").IconName} picture
 * @param {string} label
 * @param {() => unknown} onclick
 */
function tool(picture, label, onclick) {
  return h("button", { class: "button button--small", type: "button", onclick }, icon(picture), h("span", {}, label))
}

/**
 * Ask for a path, and do something with it; what is wrong is said at the field.
 * @param {{ title: string, label: string, hint: string, value: string, save: string }} words
 * @param {(path: string) => Promise<unknown>} act
 */
function askPath({ title, label, hint, value, save }, act) {
  const input = h("input", { type: "text", name: "path", autocomplete: "off", spellcheck: "false", value })
  const box = field({ label, hint, control: input })
  openForm({
    title,
    body: box,
    save,
    onsave: async (dialog) => {
      const path = input.value.trim().replace(/^\/+|\/+$/g, "")
      if (!path) return fieldError(box, t("files.path_missing"))
      try {
        await act(path)
        dialog.close()
      } catch (error) {
        fieldError(box, errorText(error))
      }
    },
  })
  input.setSelectionRange(value.length, value.length)
}

/**
 * @param {MadangElement} page
 * @param {Folder} folder
 * @param {string} path
 */
function newFolder(page, folder, path) {
  const words = { title: t("files.new_folder"), label: t("files.path"), hint: t("files.new_folder.hint") }
  askPath({ ...words, value: path && `${path}/`, save: t("files.new_folder.go") }, async (made) => {
    await api.post(within(folder, "folders"), { path: made })
    toast(t("files.new_folder.done", { name: nameOf(made) }))
    page.fire("files-changed", { open: parentOf(made), path: made, isFolder: true })
  })
}

/**
 * @param {MadangElement} page
 * @param {Folder} folder
 * @param {string} path
 */
function move(page, folder, path) {
  const words = { title: t("files.move"), label: t("files.path"), hint: t("files.move.hint") }
  askPath({ ...words, value: path, save: t("files.move.go") }, async (to) => {
    if (to === path) return
    await api.post(within(folder, "move"), { path, to })
    const back = async () => {
      try {
        await api.post(within(folder, "move"), { path: to, to: path })
        page.fire("files-changed", { path: parentOf(path), isFolder: true })
      } catch (error) {
        complain(error)
      }
    }
    toast(t("files.move.done", { name: nameOf(to) }), { action: { label: t("parts.undo"), run: back } })
    page.fire("files-changed", { open: parentOf(to), path: parentOf(to), isFolder: true })
  })
}

/**
 * @param {MadangElement} page
 * @param {Folder} folder
 * @param {string} path
 */
async function remove(page, folder, path) {
  try {
    const [gone] = await api.post(within(folder, "delete"), { paths: [path] })
    const back = () => void restore(page, folder, gone)
    toast(t("files.delete.done", { name: nameOf(path) }), { action: { label: t("parts.undo"), run: back } })
    page.fire("files-changed", { path: parentOf(path), isFolder: true })
  } catch (error) {
    complain(error)
  }
}

/**
 * @param {MadangElement} page
 * @param {Folder} folder
 * @param {{ id: string, path: string }} gone
 * @returns {Promise<boolean>}
 */
async function restore(page, folder, { id, path }) {
  try {
    await api.post(within(folder, `trash/${id}/restore`))
    toast(t("files.trash.restored", { name: nameOf(path) }))
    page.fire("files-changed", { open: parentOf(path) })
    return true
  } catch (error) {
    complain(error)
    return false
  }
}

/**
 * @param {MadangElement} page
 * @param {Folder} folder
 */
async function openTrash(page, folder) {
  const list = h("ul", { role: "list", class: "rows" })
  const draw = async () => {
    const found = /** @type {Trashed[]} */ (await api.get(within(folder, "trash")))
    fill(list, found.length > 0 ? found.map(row) : h("li", { class: "soft" }, t("files.trash.none")))
  }
  const row = (/** @type {Trashed} */ gone) => {
    const bring = async () => (await restore(page, folder, gone)) && (await draw().catch(complain))
    const label = t("files.trash.restore_of", { name: nameOf(gone.path) })
    return h(
      "li",
      { class: "files__gone" },
      h("div", { class: "grow" }, h("strong", { class: "files__path" }, gone.path), when(gone)),
      h(
        "button",
        { class: "button button--small", type: "button", "aria-label": label, onclick: bring },
        t("files.trash.restore"),
      ),
    )
  }
  try {
    await draw()
    openDialog({ title: t("files.trash"), body: [h("p", { class: "soft small" }, t("files.trash.lead")), list] })
  } catch (error) {
    complain(error)
  }
}

/** @param {Trashed} gone */
function when({ deleted_at: at }) {
  return h("p", { class: "small soft" }, t("files.trash.when", { time: moment(at) }))
}

/**
 * Files are added under their own names; one that is there is never replaced.
 * @param {MadangElement} page
 * @param {Folder} folder
 * @param {string} path
 * @param {HTMLInputElement} input
 */
async function addFiles(page, folder, path, input) {
  const chosen = [...(input.files ?? [])]
  let added = 0
  for (const file of chosen) {
    try {
      await addFile(folder, join(path, file.name.normalize("NFC")), file)
      added += 1
    } catch (error) {
      toast(t("files.add.failed", { name: file.name, why: errorText(error) }), { kind: "danger" })
    }
  }
  input.value = ""
  if (added > 0) toast(t("files.add.done", { count: added }))
  if (added > 0) page.fire("files-changed", { open: path })
}

/**
 * @param {Folder} folder
 * @param {string} path
 * @param {File} file
 */
async function addFile(folder, path, file) {
  if (file.size > MOST_BYTES) throw { code: "system.file_too_large", details: { limit_bytes: MOST_BYTES } }
  const bytes = new Uint8Array(await file.arrayBuffer())
  let binary = ""
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK))
  await api.put(within(folder, "content"), { path, base64: btoa(binary), expected: "" })
}
