/** Turns parser tokens into a plain tree of allowed elements; what is not in the lists below becomes text. */

import { t } from "../core/i18n.js"
import { pieces } from "./controls.js"
import { imagePlace, outsideUrl } from "./links.js"

/** @typedef {import("../vendor/markdown-it/markdown-it.js").Token} Token */
/** @typedef {{ tag: string, attrs: Record<string, string>, props?: Record<string, unknown>, children: Tree[] }} Branch */
/** @typedef {Branch | string} Tree */

/** @type {Record<string, string>} */
const CONTAINERS = {
  paragraph: "p",
  blockquote: "blockquote",
  bullet_list: "ul",
  ordered_list: "ol",
  list_item: "li",
  table: "table",
  thead: "thead",
  tbody: "tbody",
  tr: "tr",
  th: "th",
  td: "td",
  strong: "strong",
  em: "em",
  s: "del",
}

/**
 * @param {string} tag
 * @param {Record<string, string>} [attrs]
 * @param {Tree[]} [children]
 * @returns {Branch}
 */
export function branch(tag, attrs = {}, children = []) {
  return { tag, attrs, children }
}

/** What is not laid out. @param {string} text */
export function plainRest(text) {
  return { ...branch("md-rest"), props: { text } }
}

/**
 * About how many elements a tree makes.
 * @param {Tree} tree
 * @returns {number}
 */
export function sizeOf(tree) {
  if (typeof tree === "string") return 0
  return tree.children.reduce((sum, child) => sum + sizeOf(child), tree.props ? 5 : 1)
}

/**
 * The tree of a run of tokens: one entry for each block at the top.
 * @param {Token[]} tokens
 * @param {number[]} outline the levels of the headings these stand under, as written; is brought up to date
 * @returns {Tree[]}
 */
export function treeOf(tokens, outline) {
  const root = branch("root")
  const open = [root]
  for (const token of tokens) {
    const parent = open.at(-1) ?? root
    noteHeading(outline, token)
    if (token.nesting === 1) open.push(opened(token, parent, outline.length))
    else if (token.nesting === -1) closed(token, open)
    else add(parent, leaf(token, parent))
  }
  return root.children
}

/**
 * Headings of an answer stand under the page's own and leave no level out, whatever levels they were written with.
 * @param {number[]} outline
 * @param {Token} token
 */
export function noteHeading(outline, token) {
  if (token.type !== "heading_open") return
  const level = Number(token.tag.slice(1))
  while (outline.length > 0 && (outline.at(-1) ?? 0) >= level) outline.pop()
  outline.push(level)
}

/**
 * @param {Token} token
 * @param {Branch} parent
 * @param {number} depth
 */
function opened(token, parent, depth) {
  // A tight list's paragraphs are not shown as such: their words belong to the item.
  if (token.hidden) return parent
  const made = container(token, depth)
  add(parent, [made.tag === "table" ? scrollable(made) : made])
  return made
}

/**
 * @param {Token} token
 * @param {Branch[]} open
 */
function closed(token, open) {
  const done = open.length > 1 ? open.pop() : undefined
  if (token.type === "list_item_close" && done) markTask(done)
}

/**
 * @param {Token} token
 * @param {number} depth of a heading among the headings
 * @returns {Branch}
 */
function container(token, depth) {
  const name = token.type.replace(/_open$/, "")
  if (name === "heading") return branch(`h${Math.min(depth + 1, 6)}`)
  if (name === "link") return link(token.attrGet("href") ?? "")
  return branch(CONTAINERS[name] ?? "span", attributes(token, name))
}

/**
 * @param {Token} token
 * @param {string} name
 */
function attributes(token, name) {
  /** @type {Record<string, string>} */
  const attrs = {}
  const start = token.attrGet("start")
  if (name === "ordered_list" && start !== null && /^\d{1,9}$/.test(start)) attrs.start = start
  const align = /^text-align:(left|right|center)$/.exec(token.attrGet("style") ?? "")
  if (align?.[1]) attrs["data-align"] = align[1]
  return attrs
}

/** @param {string} address */
function link(address) {
  const url = outsideUrl(address)
  if (!url) return branch("span", { class: "link-dead", title: t("markdown.link.dead") })
  return branch("a", { href: url.href, rel: "noopener noreferrer nofollow", target: "_blank", class: "link-out" })
}

/** @param {Branch} table */
function scrollable(table) {
  return branch("div", { class: "table-scroll", role: "group", tabindex: "0", "aria-label": t("markdown.table") }, [
    table,
  ])
}

/**
 * @param {Token} token
 * @param {Branch} parent
 * @returns {Tree[]}
 */
function leaf(token, parent) {
  if (token.type === "inline") return treeOf(token.children ?? [], [])
  if (token.type === "text" || token.type === "text_special") return words(token.content, parent.tag === "a")
  if (token.type === "softbreak") return ["\n"]
  if (token.type === "hardbreak") return [branch("br")]
  if (token.type === "hr") return [branch("hr")]
  if (token.type === "code_inline") return [branch("code", {}, words(token.content, true))]
  if (token.type === "fence" || token.type === "code_block") return [code(token)]
  if (token.type === "math" || token.type === "math_block") return [math(token)]
  if (token.type === "image") return [image(token)]
  return words(token.content, false)
}

/**
 * @param {string} text
 * @param {boolean} strict
 * @returns {Tree[]}
 */
function words(text, strict) {
  return pieces(text, { strict }).map((piece) =>
    piece.isControl
      ? branch("span", { class: "control-mark", title: t("markdown.control") }, [piece.text])
      : piece.text,
  )
}

/** @param {Token} token */
function code(token) {
  const language = token.info.trim().split(/\s+/)[0] ?? ""
  const text = token.content.replace(/\n$/, "")
  return { ...branch("md-code"), props: { text, language: language.slice(0, 40) } }
}

/** @param {Token} token */
function math(token) {
  const { display, closed, raw } = token.meta ?? {}
  return { ...branch("md-math"), props: { source: token.content, display, closed, raw } }
}

/**
 * An image is never fetched: the chip says where from it would have been.
 * @param {Token} token
 */
function image(token) {
  const place = imagePlace(token.attrGet("src") ?? "")
  return branch(
    "span",
    { class: "image-blocked" },
    words(t("markdown.image.blocked", { place, alt: token.content }), true),
  )
}

/** @param {Branch} item */
function markTask(item) {
  const holder = typeof item.children[0] === "object" && item.children[0].tag === "p" ? item.children[0] : item
  const first = holder.children[0]
  const found = typeof first === "string" ? /^\[([ xX])\] /.exec(first) : null
  if (!found || typeof first !== "string") return
  const isDone = found[1] !== " "
  const name = t(isDone ? "markdown.task.done" : "markdown.task.open")
  const box = branch("span", { class: "task-box", role: "img", "aria-label": name, "data-done": String(isDone) })
  item.attrs.class = "task"
  holder.children.splice(0, 1, box, first.slice(4))
}

/**
 * Append, joining texts that stand side by side, so that the same words always make the same nodes.
 * @param {Branch} parent
 * @param {Tree[]} children
 */
function add(parent, children) {
  for (const child of children) {
    const last = parent.children.length - 1
    if (typeof child === "string" && typeof parent.children[last] === "string") parent.children[last] += child
    else if (child !== "") parent.children.push(child)
  }
}
