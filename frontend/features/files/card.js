/** An opened folder: how far Madang may go in it, what became of it, and what can be done about that. */

import { api } from "../../core/api.js"
import { date } from "../../core/format.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { chip } from "../../parts/chip.js"
import { complain } from "../../parts/complain.js"
import { confirm } from "../../parts/dialog.js"
import { icon } from "../../parts/icon.js"
import { toast } from "../../parts/toast.js"

/** @typedef {import("../../core/h.js").Child} Child */
/** @typedef {import("./types.js").Folder} Folder */

/** @param {Folder} folder */
export function folderCard(folder) {
  const { id, name, path, access, opened_at: since, state } = folder
  const isReady = state === "ready"
  const title = isReady ? h("a", { href: `/files/${id}`, "data-key": `see-${id}` }, name) : name
  return h(
    "li",
    { class: "card files__card", dataset: { folder: id, state } },
    h("div", { class: "row row--wrap" }, icon("folder"), h("h2", { class: "grow" }, title), accessChip(access)),
    h("p", { class: "files__path small soft" }, path),
    h("p", { class: "small" }, t(`files.access.${access}.means`)),
    !isReady && notice("danger", h("p", {}, t(`files.state.${state}`))),
    isReady && Object.keys(folder.ignored).length > 0 && ignored(folder),
    h("div", { class: "row row--wrap files__foot" }, since && opened(since), actions(folder)),
  )
}

/** @param {Folder["access"]} access */
export function accessChip(access) {
  return chip(t(`files.access.${access}`), access === "write" ? "warn" : "plain")
}

/** @param {string} since */
function opened(since) {
  return h("p", { class: "small soft grow" }, t("files.since", { date: date(since) }))
}

/** @param {Folder} folder */
function actions(folder) {
  const { id, access, state } = folder
  const other = access === "read" ? "write" : "read"
  const change = () => void changeAccess(folder, other)
  return [
    state === "ready" && button(t(`files.access.${other}.allow`), change, `access-${id}`),
    button(t("files.close"), () => void close(folder), `close-${id}`, "button--quiet"),
  ]
}

/** @param {Folder} folder */
function ignored(folder) {
  const files = Object.entries(folder.ignored).map(([path, what]) =>
    h("li", {}, h("code", {}, path), ` · ${t(`files.ignored.${what}`)}`),
  )
  const seen = () =>
    void run(() => api.post(`/api/files/folders/${folder.id}/trust`, { fingerprint: folder.fingerprint }))
  return notice(
    "warn",
    h("p", {}, t("files.ignored")),
    h("ul", { class: "files__ignored" }, files),
    button(t("files.ignored.seen"), seen, `seen-${folder.id}`),
  )
}

/**
 * @param {Folder} folder
 * @param {Folder["access"]} access
 */
async function changeAccess({ id, name }, access) {
  const question = {
    title: t("files.access.write.ask", { name }),
    text: t("files.access.write.means_ask"),
    yes: t("files.access.write.allow"),
    danger: false,
  }
  if (access === "read" || (await confirm(question)))
    await run(() => api.patch(`/api/files/folders/${id}`, { access }), t(`files.access.${access}.done`, { name }))
}

/** @param {Folder} folder */
async function close({ id, name }) {
  const question = { title: t("files.close.ask", { name }), text: t("files.close.means"), yes: t("files.close") }
  if (await confirm({ ...question, danger: false }))
    await run(() => api.delete(`/api/files/folders/${id}`), t("files.close.done", { name }))
}

/**
 * The page reads anew by itself: every change of a folder is told to all that are open.
 * @param {() => Promise<unknown>} action
 * @param {string} [said]
 */
async function run(action, said) {
  try {
    await action()
    if (said) toast(said)
  } catch (error) {
    complain(error)
  }
}

/**
 * @param {string} label
 * @param {() => unknown} onclick
 * @param {string} key
 * @param {string} [look]
 */
function button(label, onclick, key, look = "") {
  return h("button", { class: `button button--small ${look}`, type: "button", onclick, "data-key": key }, label)
}

/**
 * @param {"warn" | "danger"} kind
 * @param {Child[]} content
 */
function notice(kind, ...content) {
  return h("div", { class: `notice notice--${kind}` }, icon("warning"), h("div", { class: "notice__body" }, content))
}
