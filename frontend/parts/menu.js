/** A menu behind a button: arrows move, a letter jumps, Escape goes back to the button. */

import { h } from "../core/h.js"
import { icon } from "./icon.js"

/** @typedef {import("./icon.js").IconName} IconName */
/**
 * @typedef {object} MenuItem
 * @property {string} label
 * @property {() => unknown} run
 * @property {IconName} [icon]
 * @property {boolean} [danger]
 * @property {boolean} [checked] shown as chosen
 * @property {string} [hint]
 */

/**
 * Make a button open a menu. The items are asked for each time it opens.
 * @param {HTMLButtonElement} button
 * @param {() => MenuItem[]} items
 */
export function menuButton(button, items) {
  button.setAttribute("aria-haspopup", "menu")
  button.setAttribute("aria-expanded", "false")
  button.addEventListener("click", () => openMenu(button, items()))
}

/**
 * Open a menu beside an element.
 * @param {HTMLElement} anchor
 * @param {MenuItem[]} items
 */
export function openMenu(anchor, items) {
  const menu = h("div", { class: "menu", role: "menu", popover: "auto" })
  menu.append(...items.map((item) => menuItem(item, () => menu.hidePopover())))
  menu.addEventListener("keydown", (event) => move(menu, event))
  menu.addEventListener("toggle", (event) => {
    const isOpen = /** @type {ToggleEvent} */ (event).newState === "open"
    anchor.setAttribute("aria-expanded", String(isOpen))
    if (isOpen) return
    if (menu.contains(document.activeElement)) anchor.focus()
    removeEventListener("resize", follow)
    menu.remove()
  })
  ;(anchor.closest("dialog, main") ?? document.body).append(menu)
  menu.showPopover()
  place(menu, anchor)
  const follow = () => place(menu, anchor)
  addEventListener("resize", follow)
  entries(menu)[0]?.focus()
}

/**
 * @param {MenuItem} item
 * @param {() => void} close
 */
function menuItem(item, close) {
  const role = item.checked === undefined ? "menuitem" : "menuitemradio"
  return h(
    "button",
    {
      class: item.danger ? "menu__item menu__item--danger" : "menu__item",
      type: "button",
      role,
      tabindex: "-1",
      ...(item.checked === undefined ? {} : { "aria-checked": item.checked }),
      onclick: () => {
        close()
        item.run()
      },
    },
    item.icon && icon(item.icon),
    h("span", { class: "menu__label" }, item.label, item.hint && h("small", {}, item.hint)),
    item.checked && icon("check"),
  )
}

/** @param {HTMLElement} menu */
function entries(menu) {
  return /** @type {HTMLElement[]} */ ([...menu.querySelectorAll(".menu__item")])
}

/**
 * @param {HTMLElement} menu
 * @param {KeyboardEvent} event
 */
function move(menu, event) {
  const all = entries(menu)
  const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement))
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key]
  if (event.key === "Tab") menu.hidePopover()
  if (to === undefined) return jump(all, at, event)
  event.preventDefault()
  all.at(to % all.length)?.focus()
}

/**
 * @param {HTMLElement[]} all
 * @param {number} at
 * @param {KeyboardEvent} event
 */
function jump(all, at, { key }) {
  if (key.length !== 1 || key === " ") return
  const inTurn = [...all.slice(at + 1), ...all.slice(0, at + 1)]
  inTurn.find((entry) => entry.textContent?.trim().toLowerCase().startsWith(key.toLowerCase()))?.focus()
}

/**
 * Below the anchor, or above it where there is no room.
 * @param {HTMLElement} menu
 * @param {HTMLElement} anchor
 */
function place(menu, anchor) {
  const from = anchor.getBoundingClientRect()
  const size = menu.getBoundingClientRect()
  const gap = 6
  const fitsBelow = from.bottom + gap + size.height <= innerHeight
  const top = fitsBelow ? from.bottom + gap : Math.max(gap, from.top - gap - size.height)
  const left = Math.min(from.left, innerWidth - size.width - gap)
  menu.style.setProperty("inset-block-start", `${top}px`)
  menu.style.setProperty("inset-inline-start", `${Math.max(gap, left)}px`)
}
