/** Tried in the page by the Markdown tests: renders texts whole and in pieces and writes down what the page then holds. */

import { setLanguage } from "/static/core/i18n.js"
import { topBlocks, treesOf } from "/static/markdown/blocks.js"
import { createParser } from "/static/markdown/parser.js"
import { create } from "/static/markdown/patch.js"
import { renderMarkdown } from "/static/markdown/render.js"
import { Renderer } from "/static/markdown/renderer.js"

// Tables, lists and code beyond these are cut into parts.
const WHOLE_CHARS = 10_000
const WHOLE_LINES = 100
const parser = createParser()

/** What happened to the page that must not happen. */
export const seen = { violations: [], dialogs: 0 }
const globals = new Set(Object.getOwnPropertyNames(window))

document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  seen.violations.push(`${violatedDirective} ${blockedURI}`),
)
for (const name of ["alert", "confirm", "prompt", "print", "open"]) {
  window[name] = () => {
    seen.dialogs += 1
  }
}

export async function start() {
  await setLanguage("en")
}

export function newGlobals() {
  return Object.getOwnPropertyNames(window).filter((name) => !globals.has(name))
}

/** Show a text as the chat does and wait until code is coloured and formulas are set. */
export async function show(source) {
  const target = document.createElement("div")
  document.querySelector("#place").replaceChildren(target)
  await renderMarkdown(source, target, { final: true })
  return target
}

/** Every element with its attributes, e.g. `a[href,rel]`, as a sorted list without doubles. */
export function pairs(target) {
  const found = new Set()
  for (const element of target.querySelectorAll("*")) {
    found.add(element.localName)
    for (const { name } of element.attributes) found.add(`${element.localName}[${name}]`)
  }
  return [...found].sort()
}

/** What the page holds, written down: colours and set formulas count as the text they were made from. */
export function written(node) {
  if (node instanceof Text) return node.data
  if (node.localName === "md-code") {
    return `<code ${node.querySelector(".code__language").textContent}: ${node.querySelector("code").textContent}>`
  }
  const attributes = [...(node.attributes ?? [])].map(({ name, value }) => `${name}=${value}`).join(" ")
  return `<${node.localName} ${attributes}>${[...node.childNodes].map(written).join("")}</>`
}

/** Elements come to life on the page only. */
function place() {
  const target = document.createElement("div")
  document.querySelector("#place").append(target)
  return target
}

/** The same text shown at once: parsed as a whole where that gives the same. */
function fresh(source) {
  const target = place()
  if (source.length < WHOLE_CHARS && source.split(/\r\n?|\n/).length <= WHOLE_LINES) {
    target.append(...treesOf(topBlocks(parser.parse(source, {}))).map(create))
  } else {
    const renderer = new Renderer(target)
    renderer.set(source)
    renderer.flush()
  }
  const text = written(target)
  target.remove()
  return text
}

/** Let a text grow by these steps. Returns the first place where it looks other than the same text shown at once. */
export function firstDifference(source, ends) {
  document.querySelector("#place").replaceChildren()
  const target = place()
  const renderer = new Renderer(target)
  for (const end of ends) {
    const soFar = source.slice(0, end)
    renderer.set(soFar)
    renderer.flush()
    const [grown, whole] = [written(target), fresh(soFar)]
    if (grown !== whole) return { end, grown, whole }
  }
  return null
}

export function everyEnd(source) {
  let end = 0
  return Array.from(source, (character) => (end += character.length))
}

/** The first of all cuts in two, also within a character, whose two pieces look other than the whole. */
export function firstBadCut(source) {
  for (let cut = 1; cut < source.length; cut++) {
    const found = firstDifference(source, [cut, source.length])
    if (found) return { cut, ...found }
  }
  return null
}

/** Whether nodes of finished paragraphs stay the same objects while the text grows. */
export function keepsNodes(source) {
  const target = document.createElement("div")
  const renderer = new Renderer(target)
  renderer.set(source)
  renderer.flush()
  const before = [...target.children]
  renderer.set(`${source}more and more\n\nand more`)
  renderer.flush()
  return before.every((node, index) => node === target.children[index])
}

/** Try to make an element no answer may hold. */
export function tryToCreate(tag, attrs) {
  try {
    create({ tag, attrs, children: [] })
    return "made"
  } catch (error) {
    return error.name
  }
}
