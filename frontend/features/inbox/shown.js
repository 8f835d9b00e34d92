/** What is asked, drawn from its fields alone: text from elsewhere is only ever text, with unseen characters named. */

import { bytes } from "../../core/format.js"
import { h } from "../../core/h.js"
import { t } from "../../core/i18n.js"
import { markedText } from "../../markdown/marks.js"

/** @typedef {import("../../core/h.js").Child} Child */
/** @typedef {import("./types.js").Question} Question */
/** @typedef {import("./arming.js").Arming} Arming */
/** @typedef {(content: HTMLElement, isLong: boolean) => Child} Fold */

const IN_WORDS = /([\t\n\r\u2028\u2029])/
const IN_LINES = /([\r\u2028\u2029])/
const LONG_TEXT = 600
const LONG_LIST = 24
const LONG_DIFF_LINES = 40

/** The question as a heading. @param {Question} question */
export function heading({ action, preview }) {
  const { kind, paths } = action
  const count = paths.filter(({ use }) => use === "write" || use === "delete").length
  if (kind === "fetch") return [t("inbox.ask.fetch"), " ", code(preview.ascii_host || action.url)]
  if (kind === "fs.write" && paths.some(({ use }) => use === "move_from")) return t("inbox.ask.move")
  if (kind === "fs.write" && preview.makes) return t(preview.makes === "folder" ? "inbox.ask.folder" : "inbox.ask.make")
  return t(`inbox.ask.${kind}`, { count: Math.max(count, 1) })
}

/**
 * Everything that is asked, in the order in which it is judged.
 * @param {Question} question
 * @param {Arming} arming
 * @returns {Child}
 */
export function asked(question, arming) {
  const { action, preview } = question
  /** @type {Fold} */
  const fold = (content, isLong) => (isLong ? folded(content, arming) : content)
  return [
    action.kind === "exec" ? program(question, fold) : places(question, fold),
    action.kind === "fetch" && address(question, fold),
    preview.script &&
      fold(h("pre", { class: "inbox__text", tabindex: "0" }, marked(preview.script, IN_LINES)), isLong(preview.script)),
    preview.diff && diff(preview.diff, fold),
    preview.why &&
      h("p", { class: "small" }, t(`inbox.preview.${preview.why}`, { size: bytes(preview.size_bytes ?? 0) })),
    holds(question, fold),
    Object.keys(action.details).length > 0 && details(action.details, fold),
  ]
}

/** @param {Question} question @param {Fold} fold */
function program({ action }, fold) {
  const words = action.argv.map((word) =>
    h(
      "li",
      {},
      h(
        "span",
        { class: "inbox__word" },
        word === "" ? h("i", { class: "soft" }, t("inbox.empty_word")) : marked(word),
      ),
    ),
  )
  const all = action.argv.join("")
  const environment = Object.entries(action.environment).map(([name, value]) => `${name}=${value}`)
  return [
    fold(h("ol", { class: "inbox__argv", role: "list" }, words), isLong(all) || words.length > LONG_LIST),
    facts([
      [t("inbox.program"), code(action.program?.path ?? "")],
      [t("inbox.cwd"), code(action.cwd)],
      ...(environment.length > 0
        ? [
            /** @type {[string, Child]} */ ([
              t("inbox.environment"),
              fold(lines(environment), isLong(environment.join(""))),
            ]),
          ]
        : []),
      ...(action.sandbox
        ? [
            /** @type {[string, Child]} */ ([
              t("inbox.network"),
              t(action.sandbox.network ? "inbox.network.on" : "inbox.network.off"),
            ]),
            /** @type {[string, Child]} */ ([
              t("inbox.writable"),
              action.sandbox.writable.length > 0 ? lines(action.sandbox.writable) : t("inbox.writable.none"),
            ]),
          ]
        : []),
    ]),
  ]
}

/** @param {Question} question @param {Fold} fold */
function places({ action }, fold) {
  if (action.paths.length === 0) return null
  const rows = action.paths.map(({ use, path, size }) =>
    h(
      "li",
      {},
      h("span", { class: "soft" }, t(`inbox.use.${use}`)),
      code(path),
      size !== null && use !== "cwd" && h("span", { class: "soft number" }, bytes(size)),
    ),
  )
  const all = action.paths.map(({ path }) => path).join("")
  return fold(h("ul", { class: "inbox__paths", role: "list" }, rows), isLong(all) || rows.length > LONG_LIST)
}

/** @param {Question} question @param {Fold} fold */
function address({ action, preview }, fold) {
  const { host = "", ascii_host: ascii = "" } = preview
  const rows = /** @type {[string, Child][]} */ ([
    [t("inbox.address"), fold(h("span", {}, code(action.url)), isLong(action.url))],
  ])
  // A name in letters of another script may look like one that is known.
  if (host !== ascii) rows.push([t("inbox.host_in_letters"), code(host)])
  return facts(rows)
}

/** @param {string} text @param {Fold} fold */
function diff(text, fold) {
  const rows = text.replace(/\n$/, "").split("\n")
  const drawn = rows.map((line, index) => {
    const isHead = index < 2 || line.startsWith("@@")
    const tag = isHead ? "span" : line.startsWith("+") ? "ins" : line.startsWith("-") ? "del" : "span"
    return h(tag, { class: isHead ? "soft" : "" }, line === "" ? " " : marked(line, IN_LINES))
  })
  return fold(
    h("div", { class: "inbox__diff", tabindex: "0", role: "group", "aria-label": t("inbox.diff") }, drawn),
    rows.length > LONG_DIFF_LINES || text.length > 8 * LONG_TEXT,
  )
}

/** What a deletion, a move or an archive holds. @param {Question} question @param {Fold} fold */
function holds({ preview }, fold) {
  const { files, folders = 0, size_bytes: size = 0, names = [] } = preview
  if (files === undefined) return null
  const sum = t(preview.is_truncated ? "inbox.holds_more" : "inbox.holds", { files, folders, size: bytes(size) })
  return [
    h("p", { class: "small" }, sum),
    names.length > 1 && fold(lines(names), names.length > LONG_LIST || isLong(names.join(""))),
  ]
}

/** @param {Record<string, unknown>} found @param {Fold} fold */
function details(found, fold) {
  const rows = Object.entries(found).map(
    ([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
  )
  return h(
    "details",
    { class: "small" },
    h("summary", { class: "soft" }, t("inbox.details")),
    fold(lines(rows), isLong(rows.join(""))),
  )
}

/** A piece too long to be read at a glance; it has to be opened before anybody can say yes. @param {HTMLElement} content @param {Arming} arming */
function folded(content, arming) {
  const opened = arming.fold()
  const place = h("div", { class: "inbox__fold" }, content)
  const size = content.textContent?.length ?? 0
  const open = h("button", { class: "button button--small", type: "button" }, t("inbox.show_all", { count: size }))
  open.addEventListener("click", () => {
    place.classList.add("inbox__fold--open")
    open.remove()
    opened()
  })
  return [place, open]
}

/** @param {[string, Child][]} rows */
function facts(rows) {
  return h(
    "dl",
    { class: "inbox__facts" },
    rows.map(([what, value]) => h("div", {}, h("dt", {}, what), h("dd", {}, value))),
  )
}

/** @param {string[]} texts */
function lines(texts) {
  return h(
    "ul",
    { class: "inbox__lines", role: "list" },
    texts.map((text) => h("li", {}, marked(text))),
  )
}

/** @param {string} text */
function code(text) {
  return h("code", { dir: "ltr" }, marked(text))
}

/**
 * As code, and what ends a line or widens a gap is named too, so that one word is one word.
 * @param {string} text
 * @param {RegExp} [named]
 */
function marked(text, named = IN_WORDS) {
  return text.split(named).map((piece, index) => (index % 2 === 1 ? mark(piece) : markedText(piece)))
}

/** @param {string} character */
function mark(character) {
  const name = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`
  return h("span", { class: "control-mark", title: t("markdown.control") }, name)
}

/** @param {string} text */
function isLong(text) {
  return text.length > LONG_TEXT
}
