/** A program run by hand in an opened folder: its words one a line, its output as it comes, and a way to stop it. */

import { api, errorText } from "../../core/api.js"
import { define, MadangElement } from "../../core/element.js"
import { add, fill, h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { live } from "../../core/live.js"
import { navigate } from "../../core/router.js"
import { complain } from "../../parts/complain.js"
import { field, fieldError, select } from "../../parts/field.js"
import { button } from "./pieces.js"

/** @typedef {import("../files/types.js").Folder} Folder */
/** @typedef {{ head: string, skipped_bytes: number, tail: string }} Printed */
/**
 * @typedef {object} Run
 * @property {string} id
 * @property {string[]} argv
 * @property {string} state
 * @property {{ exit_code?: number | null, signal?: number | null, stdout?: Printed, stderr?: Printed } | null} facts
 * @property {{ code: string, details: Record<string, unknown> } | null} error
 * @property {string} stream
 */

const MOST_SHOWN_CHARS = 100_000

export class ProgramRunner extends MadangElement {
  /** @type {Folder[]} */
  #folders = []
  #tier = 0
  /** @type {Run | null} */
  #run = null
  #unfollow = () => {}
  #words = h("textarea", { name: "words", rows: "3", spellcheck: "false", autocomplete: "off", class: "run__words" })
  #box = field({ label: t("settings.run.words"), hint: t("settings.run.words_hint"), control: this.#words })
  #folder = select([], "", { name: "folder" })
  #form = h("form", { class: "stack" })
  #output = h("pre", { class: "run__output", tabindex: "0", role: "region", "aria-label": t("settings.run.output") })
  #end = h("p", { role: "status" })
  #stop = button(t("settings.run.stop"), () => void this.#halt(), { icon: "stop" })
  #place = h(
    "div",
    { class: "stack", hidden: true },
    this.#output,
    h("div", { class: "row row--wrap" }, this.#stop, this.#end),
  )

  /**
   * Where it can be run, and what holds it there.
   * @param {Folder[]} folders
   * @param {number} tier
   */
  offer(folders, tier) {
    this.#folders = folders.filter(({ state }) => state === "ready")
    this.#tier = tier
    if (this.isConnected) this.#draw()
  }

  connected() {
    this.className = "run stack"
    this.on(this.#form, "submit", (event) => {
      event.preventDefault()
      void this.#start()
    })
    this.#draw()
    if (this.#run?.state === "running") this.#follow(this.#run)
  }

  disconnected() {
    this.#unfollow()
  }

  #draw() {
    if (this.#folders.length === 0 && !this.#run) return this.#nowhere()
    const before = this.#folder.value
    const named = (/** @type {Folder} */ { id, name, access }) => ({
      value: id,
      label: `${name} (${t(`files.access.${access}`)})`,
    })
    this.#folder = select(this.#folders.map(named), before || (this.#folders[0]?.id ?? ""), { name: "folder" })
    const go = h("button", { class: "button button--main", type: "submit" }, t("settings.run.go"))
    fill(
      this.#form,
      field({ label: t("settings.run.folder"), control: this.#folder }),
      this.#box,
      h("p", { class: "small soft" }, t(this.#tier > 0 ? "settings.run.held" : "settings.run.not_held")),
      h("div", { class: "row" }, go),
    )
    fill(this, this.#form, this.#place)
  }

  #nowhere() {
    const go = button(t("settings.run.open_folder"), () => navigate("/files"))
    fill(this, h("p", { class: "soft" }, t("settings.run.no_folder")), h("div", {}, go))
  }

  async #start() {
    const argv = this.#words.value.split("\n").filter((word, at, all) => word !== "" || at < all.length - 1)
    fieldError(this.#box, argv[0]?.trim() ? "" : t("settings.run.words_missing"))
    if (!argv[0]?.trim() || this.#run?.state === "running") return
    try {
      const body = { folder: this.#folder.value, argv: [argv[0].trim(), ...argv.slice(1)] }
      const run = /** @type {Run} */ (await api.post("/api/programs", body))
      fill(this.#output)
      this.#show(run)
      if (run.state === "running") this.#follow(run)
    } catch (error) {
      fieldError(this.#box, errorText(error))
      this.#words.focus()
    }
  }

  /** @param {Run} run */
  #follow({ id, stream }) {
    this.#unfollow()
    fill(this.#output)
    this.#unfollow = live.follow(stream, 0, {
      event: ({ kind, data }) => {
        if (kind === "program.delta") this.#print(data)
        else if (kind === "program.finished") void this.#finish(id)
      },
      resync: () => void this.#finish(id),
    })
  }

  /** What was printed is read whole once it has ended. @param {string} id */
  async #finish(id) {
    try {
      const run = /** @type {Run} */ (await api.get(`/api/programs/${id}`))
      if (run.state !== "running") this.#unfollow()
      if (this.#run?.id === id) this.#show(run)
    } catch (error) {
      if (this.isConnected) complain(error)
    }
  }

  async #halt() {
    const id = this.#run?.id
    if (!id) return
    try {
      const run = /** @type {Run} */ (await api.post(`/api/programs/${id}/stop`))
      this.#unfollow()
      if (this.#run?.id === id) this.#show(run)
    } catch (error) {
      complain(error)
    }
  }

  /** @param {{ stream: string, text: string, skipped_bytes?: number }} piece */
  #print({ stream, text, skipped_bytes: skipped }) {
    const output = this.#output
    if ((output.textContent?.length ?? 0) > MOST_SHOWN_CHARS) return
    const isAtEnd = output.scrollHeight - output.scrollTop - output.clientHeight < 24
    if (skipped) add(output, h("span", { class: "soft" }, `\n${t("settings.run.skipped", { bytes: skipped })}\n`))
    add(output, stream === "stderr" ? h("span", { class: "run__error" }, text) : text)
    if (isAtEnd) output.scrollTop = output.scrollHeight
  }

  /** @param {Run} run */
  #show(run) {
    const isRunning = run.state === "running"
    const had = this.#stop.contains(document.activeElement)
    this.#run = run
    this.#place.hidden = false
    this.#stop.hidden = !isRunning
    this.#end.className = isRunning ? "soft" : "run__end"
    this.#end.textContent = isRunning ? t("settings.run.running", { name: run.argv[0] }) : ending(run)
    if (had && !isRunning) this.#output.focus()
    if (isRunning || !run.facts) return
    fill(this.#output)
    for (const stream of ["stdout", "stderr"]) {
      const printed = run.facts[/** @type {"stdout" | "stderr"} */ (stream)]
      if (printed?.head) this.#print({ stream, text: printed.head })
      if (printed?.tail) this.#print({ stream, text: printed.tail, skipped_bytes: printed.skipped_bytes })
    }
    if (!this.#output.textContent) add(this.#output, h("span", { class: "soft" }, t("settings.run.silent")))
  }
}

/** How it ended, as a sentence. @param {Run} run */
function ending({ state, facts, error }) {
  if (state === "failed" && error) return errorText({ ...error, message: error.code })
  const code = facts?.exit_code
  if (state !== "ended") return t(`settings.run.state.${state}`)
  if (code === 0) return t("settings.run.fine")
  return facts?.signal
    ? t("settings.run.signal", { signal: facts.signal })
    : t("settings.run.code", { code: code ?? "–" })
}

define("md-settings-run", ProgramRunner)
