/** Opening a folder: which one, and how far. Reading comes first; writing is a choice of its own. */

import { api, errorText } from "../../core/api.js"
import { define, MadangElement } from "../../core/element.js"
import { fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { navigate } from "../../core/router.js"
import { choice, field, fieldError } from "../../parts/field.js"
import { openForm } from "../../parts/form.js"
import { icon } from "../../parts/icon.js"
import { toast } from "../../parts/toast.js"

/** @typedef {import("./types.js").Access} Access */
/** @typedef {{ path: string, parent: string | null, names: string[], is_cut: boolean }} Places */

/** Ask for a folder and open it. */
export function openChooser() {
  const chooser = new FolderChooser()
  openForm({
    title: t("files.open"),
    body: chooser,
    save: t("files.open.go"),
    onsave: async (dialog) => {
      const opened = await chooser.open()
      if (!opened) return
      dialog.close()
      toast(t("files.open.done", { name: opened.name }))
      navigate(`/files/${opened.id}`)
    },
  })
}

class FolderChooser extends MadangElement {
  /** @type {Access} */
  #access = "read"
  #round = 0
  #input = h("input", { type: "text", name: "path", autocomplete: "off", spellcheck: "false" })
  #box = field({ label: t("files.open.path"), hint: t("files.open.path_hint"), control: this.#input })
  #list = h("ul", { class: "files__places", role: "list", "aria-label": t("files.open.places") })
  #said = h("p", { class: "unseen", role: "status" })
  #means = h("p", { class: "field__hint" })

  connected() {
    this.className = "stack"
    const options = ["read", "write"].map((value) => ({ value, label: t(`files.access.${value}`) }))
    const access = choice({
      label: t("files.open.access"),
      name: "folder-access",
      options,
      value: this.#access,
      onchange: (value) => this.#choose(/** @type {Access} */ (value)),
    })
    fill(this, this.#box, this.#list, this.#said, h("div", {}, access, this.#means))
    this.#choose(this.#access)
    this.on(this.#input, "change", () => void this.#look(this.#input.value.trim()))
    void this.#look(null)
  }

  /** Open what is chosen, or say at the field why not. @returns {Promise<{ id: string, name: string } | null>} */
  async open() {
    const path = this.#input.value.trim()
    fieldError(this.#box, path ? "" : t("files.open.missing"))
    if (!path) return null
    try {
      return await api.post("/api/files/folders", { path, access: this.#access })
    } catch (error) {
      fieldError(this.#box, errorText(error))
      return null
    }
  }

  /** @param {Access} access */
  #choose(access) {
    this.#access = access
    this.#means.textContent = t(`files.access.${access}.means`)
  }

  /** Show the folders in a folder. @param {string | null} path */
  async #look(path) {
    const round = ++this.#round
    const query = path ? `?${new URLSearchParams({ path })}` : ""
    try {
      const places = /** @type {Places} */ (await api.get(`/api/files/places${query}`, { signal: this.leaving }))
      if (round !== this.#round) return
      fieldError(this.#box, "")
      this.#draw(places)
    } catch (error) {
      if (round === this.#round && this.isConnected) fieldError(this.#box, errorText(error))
    }
  }

  /** @param {Places} places */
  #draw({ path, parent, names, is_cut: isCut }) {
    const had = this.#list.contains(document.activeElement)
    this.#input.value = path
    this.#said.textContent = t("files.open.in", { path, count: names.length })
    fill(
      this.#list,
      parent !== null && this.#place(t("files.open.up"), parent, "up"),
      names.map((name) => this.#place(name, path === "/" ? `/${name}` : `${path}/${name}`, "folder")),
      names.length === 0 && h("li", { class: "files__note small soft" }, t("files.open.none")),
      isCut && h("li", { class: "files__note small soft" }, t("files.open.cut")),
    )
    this.#list.scrollTop = 0
    if (had) this.#list.querySelector("button")?.focus()
  }

  /**
   * @param {string} label
   * @param {string} path
   * @param {import("../../parts/icon.js").IconName} picture
   */
  #place(label, path, picture) {
    const onclick = () => void this.#look(path)
    return h(
      "li",
      {},
      h(
        "button",
        { class: "files__place", type: "button", onclick },
        icon(picture),
        h("span", { class: "clip" }, label),
      ),
    )
  }
}

define("md-files-chooser", FolderChooser)
