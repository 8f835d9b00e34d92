/** The machine, the box that programs run in, and a program run by hand. */

import { api } from "../../core/api.js"
import { define } from "../../core/element.js"
import { bytes, number, percent } from "../../core/format.js"
import { h } from "../../core/h.js"
import { hasText, t } from "../../core/i18n.js"
import { chip } from "../../parts/chip.js"
import { progress } from "../../parts/progress.js"
import { SettingsPart } from "./part.js"
import { actionsRow, button, card, facts } from "./pieces.js"
import { ProgramRunner } from "./program.js"

/** @typedef {import("../files/types.js").Folder} Folder */
/** @typedef {{ tier: number, works: boolean, why: string, gaps: string[] }} Tier */
/** @typedef {{ tier: number, gaps: string[], tiers: Tier[] }} Sandbox */
/** @typedef {{ total_bytes: number, available_bytes: number }} Space */
/** @typedef {{ pid: number, name: string, is_server: boolean, memory_bytes: number, seconds: number }} OwnProcess */
/**
 * @typedef {object} Machine
 * @property {string} system
 * @property {{ name: string, count: number, percent: number, load: number | null }} processor
 * @property {Space} memory
 * @property {Space} disk
 * @property {OwnProcess[]} processes
 * @property {Record<string, string>} versions
 */
/** @typedef {{ machine: Machine, sandbox: Sandbox, folders: Folder[] }} Data */

/** @extends {SettingsPart<Data>} */
export class System extends SettingsPart {
  name = "system"
  watches = ["sandbox.changed", "folders.changed"]
  /** What was written and what runs is kept while the rest is drawn anew. */
  #runner = new ProgramRunner()

  /** @override */
  async read() {
    const [system, folders] = await Promise.all([api.get("/api/system"), api.get("/api/files/folders")])
    return { ...system, folders }
  }

  /** @param {Data} data @override */
  draw({ machine, sandbox, folders }) {
    this.#runner.offer(folders, sandbox.tier)
    return [this.#sandbox(sandbox), card(this.#runner, t("settings.run.title")), this.#machine(machine), own(machine)]
  }

  /** @param {Sandbox} sandbox */
  #sandbox({ tier, gaps, tiers }) {
    return card(
      [
        h(
          "div",
          { class: "row row--wrap" },
          tierChip(tier),
          h("p", { class: "grow" }, t(`settings.system.tier.${tier}.means`)),
        ),
        gaps.length > 0 && [h("p", {}, t("settings.system.gaps")), gapList(gaps)],
        h(
          "details",
          {},
          h("summary", {}, t("settings.system.all_tiers")),
          h("ul", { role: "list" }, tiers.map(tierRow)),
        ),
        actionsRow(button(t("settings.system.check"), () => this.#probe(), { icon: "retry", key: "probe" })),
      ],
      t("settings.system.sandbox"),
    )
  }

  /** Every level is put up and attacked from within, which takes some seconds. */
  async #probe() {
    const asked = this.querySelector("[data-key=probe]")
    const label = asked?.querySelector("span")
    if (!asked || !label || asked.ariaDisabled) return
    asked.ariaDisabled = "true"
    label.textContent = t("settings.system.checking")
    const worked = await this.run(() => api.post("/api/system/sandbox/probe"), t("settings.system.checked"))
    if (!worked) await this.refresh()
  }

  /** @param {Machine} machine */
  #machine({ system, processor, memory, disk, versions }) {
    const load = processor.load === null ? "" : ` · ${t("settings.system.load", { load: number(processor.load) })}`
    return card(
      [
        space("memory", memory),
        space("disk", disk),
        facts([
          [t("settings.system.os"), system],
          [t("settings.system.cores"), `${number(processor.count)} (${processor.name})`],
          [t("settings.system.busy"), percent(processor.percent / 100) + load],
          ...Object.entries(versions).map(
            ([name, version]) => /** @type {[string, string]} */ ([PROPER[name] ?? name, version]),
          ),
        ]),
        actionsRow(button(t("settings.system.refresh"), () => this.refresh(), { kind: "quiet", key: "refresh" })),
      ],
      t("settings.system.machine"),
    )
  }
}

/** @type {Record<string, string>} */
const PROPER = { madang: "Madang", python: "Python", sqlite: "SQLite" }

/** @param {number} tier */
export function tierChip(tier) {
  return chip(t(`settings.system.tier.${tier}`), tier >= 2 ? "kept" : tier === 1 ? "warn" : "danger")
}

/** @param {string[]} gaps */
function gapList(gaps) {
  const items = gaps.map((gap) => h("li", {}, t(`settings.system.gap.${gap}`)))
  return h("ul", { class: "system__gaps small" }, items)
}

/** @param {Tier} tier */
function tierRow({ tier, works, why }) {
  const state = works ? t("settings.system.works") : t("settings.system.fails", { why: reason(why) })
  return h(
    "li",
    { class: "rows__one" },
    h("strong", {}, t(`settings.system.tier.${tier}`)),
    h("span", { class: "small soft grow" }, state),
  )
}

/** What an attack from within could do, in words; else what the box itself said. @param {string} why */
function reason(why) {
  const known = why.split(",").map((one) => `settings.system.leak.${one}`)
  return known.every(hasText) ? known.map((key) => t(key)).join(", ") : why
}

/**
 * @param {"memory" | "disk"} name
 * @param {Space} space
 */
function space(name, { total_bytes: total, available_bytes: free }) {
  const label = t(`settings.system.${name}`)
  const text = t("settings.system.free", { free: bytes(free), total: bytes(total) })
  return h(
    "div",
    {},
    h("strong", { class: "small" }, label),
    progress({ label, value: total - free, max: total, text }),
  )
}

/** @param {Machine} machine */
function own({ processes }) {
  const rows = processes.map(({ pid, name, is_server: isServer, memory_bytes: memory, seconds }) =>
    h(
      "li",
      { class: "rows__one" },
      h("div", { class: "grow" }, h("strong", {}, name), isServer && [" ", chip(t("settings.system.server"), "kept")]),
      h("span", { class: "small soft number" }, `${pid} · ${bytes(memory)} · ${lasting(seconds)}`),
    ),
  )
  return card(h("ul", { role: "list", class: "rows" }, rows), t("settings.system.processes"))
}

/** @param {number} seconds */
function lasting(seconds) {
  const [unit, size] = seconds >= 3600 ? ["hour", 3600] : seconds >= 60 ? ["minute", 60] : ["second", 1]
  const options = { style: /** @type {const} */ ("unit"), unit: String(unit), maximumFractionDigits: 0 }
  return number(Math.floor(seconds / Number(size)), options)
}

define("md-settings-system", System)
