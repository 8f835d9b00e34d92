/** What the server says of opened folders and of the files in them; see docs/files.md. */

/** @typedef {"read" | "write"} Access */
/**
 * @typedef {object} Folder
 * @property {string} id
 * @property {string} path
 * @property {string} name
 * @property {Access} access
 * @property {string} opened_at
 * @property {"ready" | "gone" | "replaced"} state
 * @property {Record<string, "new" | "changed" | "removed">} ignored by path
 * @property {string} fingerprint
 */
/**
 * @typedef {object} Entry
 * @property {string} name
 * @property {"file" | "folder" | "link" | "other" | "missing"} type
 * @property {number | null} size_bytes
 * @property {string | null} modified_at
 * @property {boolean} can_be_asked
 */
/** @typedef {{ items: Entry[], next_cursor: string | null, is_truncated: boolean }} Listing */
/**
 * @typedef {object} FileText
 * @property {string | null} text
 * @property {number} size_bytes
 * @property {boolean} is_truncated
 * @property {string} modified_at
 */
/** @typedef {{ id: string, path: string, type: string, deleted_at: string }} Trashed */

/**
 * The address of something in a folder: `listed(folder, "list", { path })`.
 * @param {Folder} folder
 * @param {string} what
 * @param {Record<string, string>} [query]
 */
export function within({ id }, what, query) {
  const search = query ? `?${new URLSearchParams(query)}` : ""
  return `/api/files/${id}/${what}${search}`
}

/** The folder a path lies in; empty at the top. @param {string} path */
export function parentOf(path) {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0))
}

/** @param {string} path */
export function nameOf(path) {
  return path.slice(path.lastIndexOf("/") + 1)
}

/** @param {string} folder @param {string} name */
export function join(folder, name) {
  return folder ? `${folder}/${name}` : name
}
