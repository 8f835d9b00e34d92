/** Sets a formula: KaTeX works out the layout, the nodes are made here, without inline style attributes. */

import { loadStyle } from "../core/style.js"
import { __domTree as kinds, __renderToDomTree as layout } from "../vendor/katex/katex.js"

/** @typedef {import("../vendor/katex/katex.js").KatexNode} KatexNode */

const SVG = "http://www.w3.org/2000/svg"
const MATHML = "http://www.w3.org/1998/Math/MathML"
const STYLE = new URL("../styles/katex.css", import.meta.url)
const LONGEST_CHARS = 4_000
const OPTIONS = { throwOnError: true, strict: "ignore", trust: false, maxExpand: 500, maxSize: 20 }
const TAGS = new Set(
  `math semantics annotation mrow mi mn mo ms mtext mspace msup msub msubsup mfrac msqrt mroot munder mover munderover
  mtable mtr mtd mlabeledtr mpadded mphantom mstyle menclose mglyph merror`.split(/\s+/),
)
const ATTRIBUTES = new Set(
  `accent accentunder align aria-hidden columnalign columnlines columnspacing d depth display displaystyle encoding fence
  height largeop linebreak linethickness lspace mathbackground mathcolor mathsize mathvariant maxsize minsize movablelimits
  notation preserveAspectRatio rowlines rowspacing rspace scriptlevel separator side stretchy symmetric viewBox voffset
  width x1 x2 xmlns y1 y2`.split(/\s+/),
)

/**
 * The set formula, or null when it is no formula KaTeX can read.
 * @param {string} source
 * @param {boolean} displayMode
 * @returns {Promise<Node | null>}
 */
export async function typeset(source, displayMode) {
  if (source.length > LONGEST_CHARS) return null
  await loadStyle(STYLE)
  try {
    return build(layout(source, { ...OPTIONS, displayMode }))
  } catch {
    // A formula that cannot be read stays as it was written.
    return null
  }
}

/**
 * @param {KatexNode} node
 * @returns {Node}
 */
function build(node) {
  if (node instanceof kinds.SvgNode) return element(document.createElementNS(SVG, "svg"), node)
  if (node instanceof kinds.LineNode) return element(document.createElementNS(SVG, "line"), node)
  if (node instanceof kinds.Span || node instanceof kinds.Anchor) return element(document.createElement("span"), node)
  if (typeof node.type === "string" && node.children) return mathml(node)
  if (node.children) return within(document.createDocumentFragment(), node.children)
  // Letters, spaces and paths: their own nodes carry text, a class, a path and styles set by property.
  return node.toNode()
}

/** @param {KatexNode} node */
function mathml(node) {
  const tag = TAGS.has(node.type ?? "") ? String(node.type) : "mrow"
  return element(document.createElementNS(MATHML, tag), node)
}

/**
 * @param {HTMLElement | SVGElement | Element} made
 * @param {KatexNode} node
 */
function element(made, node) {
  if (node.classes?.length) made.setAttribute("class", node.classes.filter(Boolean).join(" "))
  for (const [name, value] of Object.entries(node.attributes ?? {})) {
    if (ATTRIBUTES.has(name)) made.setAttribute(name, value)
  }
  if (made instanceof HTMLElement || made instanceof SVGElement) dress(made, node)
  return within(made, node.children ?? [])
}

/**
 * Styles go in by property, which the content security policy lets through; as an attribute it would refuse them.
 * @param {HTMLElement | SVGElement} made
 * @param {KatexNode} node
 */
function dress(made, node) {
  Object.assign(made.style, node.style ?? {})
  for (const rule of (node.attributes?.style ?? "").split(";")) {
    const [name = "", value = ""] = rule.split(":")
    if (/^(?:width|height|text-shadow|border)$/.test(name.trim())) made.style.setProperty(name.trim(), value.trim())
  }
}

/**
 * @template {Node} P
 * @param {P} parent
 * @param {KatexNode[]} children
 */
function within(parent, children) {
  for (const child of children) parent.appendChild(build(child))
  return parent
}
