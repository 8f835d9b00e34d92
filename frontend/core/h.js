/** Elements without markup strings: `h("button", { class: "button", onclick: save }, t("parts.save"))`. */

/** @typedef {Node | string | number | null | undefined | false | Child[]} Child */
/** @typedef {Record<string, unknown>} Props */

const FORBIDDEN_TAGS = new Set(["script", "style", "iframe", "object", "embed", "base", "meta", "link"])
const PROPERTIES = new Set(["value", "checked", "selected", "indeterminate"])

/**
 * @typedef {{
 *   <K extends keyof HTMLElementTagNameMap>(tag: K, props?: Props, ...children: Child[]): HTMLElementTagNameMap[K],
 *   (tag: string, props?: Props, ...children: Child[]): HTMLElement,
 * }} Make
 */

/**
 * Make an element. Functions under `on…` become listeners, objects become properties, `false` and `null` are left out,
 * everything else is an attribute. Throws `TypeError` for what the content security policy would refuse anyway.
 */
export const h = /** @type {Make} */ (/** @type {unknown} */ (make))

/**
 * @param {string} tag
 * @param {Props} [props]
 * @param {Child[]} children
 * @returns {HTMLElement}
 */
function make(tag, props = {}, ...children) {
  if (FORBIDDEN_TAGS.has(tag)) throw new TypeError(`<${tag}> is not made here`)
  const element = document.createElement(tag)
  add(element, ...children)
  for (const [name, value] of Object.entries(props)) setProp(element, name, value)
  return element
}

/**
 * Append children, leaving out what is null or false.
 * @param {Node} parent
 * @param {Child[]} children
 */
export function add(parent, ...children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue
    if (Array.isArray(child)) add(parent, ...child)
    else parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)))
  }
}

/**
 * Put these children in place of those that are there.
 * @param {Element} parent
 * @param {Child[]} children
 */
export function fill(parent, ...children) {
  parent.replaceChildren()
  add(parent, ...children)
}

/**
 * @param {HTMLElement} element
 * @param {string} name
 * @param {unknown} value
 */
function setProp(element, name, value) {
  if (name.startsWith("on") && typeof value === "function") {
    element.addEventListener(name.slice(2), /** @type {EventListener} */ (value))
  } else if (name.startsWith("on") || name === "style" || name === "srcdoc") {
    throw new TypeError(`the attribute ${name} is not set from here`)
  } else if (name === "dataset") {
    Object.assign(element.dataset, value)
  } else if (PROPERTIES.has(name) || (typeof value === "object" && value !== null) || typeof value === "function") {
    Reflect.set(element, name, value ?? "")
  } else {
    setAttribute(element, name, value)
  }
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {unknown} value
 */
export function setAttribute(element, name, value) {
  const isAria = name.startsWith("aria-")
  if (value === null || value === undefined || (value === false && !isAria)) element.removeAttribute(name)
  else element.setAttribute(name, value === true && !isAria ? "" : String(value))
}
