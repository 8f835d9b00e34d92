/** Brings a piece of the page from one tree to the next, touching only what differs, and only with allowed elements. */

/** @typedef {import("./tree.js").Tree} Tree */
/** @typedef {import("./tree.js").Branch} Branch */

const TEXT = ["p", "h2", "h3", "h4", "h5", "h6", "blockquote", "strong", "em", "del", "code", "br", "hr"]
/** @type {Map<string, Set<string>>} */
const ALLOWED = new Map([
  ...TEXT.map((tag) => /** @type {[string, Set<string>]} */ ([tag, new Set()])),
  ["ul", new Set(["class"])],
  ["ol", new Set(["class", "start"])],
  ["li", new Set(["class"])],
  ["div", new Set(["class", "role", "tabindex", "aria-label"])],
  ["table", new Set()],
  ["thead", new Set()],
  ["tbody", new Set()],
  ["tr", new Set()],
  ["th", new Set(["data-align"])],
  ["td", new Set(["data-align"])],
  ["a", new Set(["href", "rel", "target", "class"])],
  ["span", new Set(["class", "title", "role", "aria-label", "data-done"])],
  ["md-code", new Set()],
  ["md-math", new Set()],
  ["md-rest", new Set()],
])

/**
 * @param {Element} parent
 * @param {number} from how many children of the parent stand before the ones described
 * @param {readonly Tree[]} before
 * @param {readonly Tree[]} after
 */
export function patchChildren(parent, from, before, after) {
  for (const [index, next] of after.entries()) {
    const previous = before[index]
    const node = parent.childNodes[from + index]
    if (previous === undefined || !node) parent.appendChild(create(next))
    else if (previous !== next) patch(node, previous, next)
  }
  for (let extra = before.length - after.length; extra > 0; extra--) parent.childNodes[from + after.length]?.remove()
}

/**
 * @param {ChildNode} node
 * @param {Tree} before
 * @param {Tree} after
 */
function patch(node, before, after) {
  if (typeof before === "string" && typeof after === "string") writeText(/** @type {Text} */ (node), after)
  else if (typeof before === "string" || typeof after === "string" || before.tag !== after.tag) {
    node.replaceWith(create(after))
  } else {
    const element = /** @type {Element} */ (node)
    setAttributes(element, before.attrs, after.attrs)
    if (after.props) Reflect.set(element, "props", after.props)
    else patchChildren(element, 0, before.children, after.children)
  }
}

/**
 * @param {Text} node
 * @param {string} text
 */
function writeText(node, text) {
  if (text.startsWith(node.data)) {
    if (text.length > node.data.length) node.appendData(text.slice(node.data.length))
  } else node.data = text
}

/**
 * @param {Tree} tree
 * @returns {Node}
 */
export function create(tree) {
  if (typeof tree === "string") return document.createTextNode(tree)
  if (!ALLOWED.has(tree.tag)) throw new TypeError(`an answer may not hold <${tree.tag}>`)
  const element = document.createElement(tree.tag)
  setAttributes(element, {}, tree.attrs)
  if (tree.props) Reflect.set(element, "props", tree.props)
  for (const child of tree.children) element.appendChild(create(child))
  return element
}

/**
 * @param {Element} element
 * @param {Record<string, string>} before
 * @param {Record<string, string>} after
 */
function setAttributes(element, before, after) {
  for (const name of Object.keys(before)) if (!(name in after)) element.removeAttribute(name)
  for (const [name, value] of Object.entries(after)) {
    if (!ALLOWED.get(element.localName)?.has(name)) throw new TypeError(`an answer may not set ${name}`)
    if (before[name] !== value) element.setAttribute(name, value)
  }
}
