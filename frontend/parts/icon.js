/** Icons, drawn with the pen the text is written with. An icon stands beside a word and is hidden from readers. */

const SVG = "http://www.w3.org/2000/svg"

const PATHS = {
  chat: "M5 5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-8l-5 4v-4H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2z",
  settings:
    "M15 12a3 3 0 1 1-6 0 3 3 0 0 1 6 0zM12 2.8v2.4M12 18.8v2.4M21.2 12h-2.4M5.2 12H2.8M18.5 5.5l-1.7 1.7M7.2 16.8l-1.7 1.7M18.5 18.5l-1.7-1.7M7.2 7.2 5.5 5.5",
  usage: "M4 20V10M10 20V4M16 20v-7M21 20H3",
  plus: "M12 5v14M5 12h14",
  search: "M16 10.5a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0zM20 20l-5.5-5.5",
  close: "M6 6l12 12M18 6 6 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  copy: "M9 9h10v11H9zM5 15V4h10",
  more: "M5 12a1 1 0 1 0 2 0 1 1 0 1 0-2 0M11 12a1 1 0 1 0 2 0 1 1 0 1 0-2 0M17 12a1 1 0 1 0 2 0 1 1 0 1 0-2 0",
  down: "M6 9.5l6 6 6-6",
  up: "M6 14.5l6-6 6 6",
  left: "M14.5 6l-6 6 6 6",
  right: "M9.5 6l6 6-6 6",
  arrow_down: "M12 5v14M6 13l6 6 6-6",
  stop: "M7 7h10v10H7z",
  send: "M12 19V5M6 11l6-6 6 6",
  retry: "M4 5v5h5M4.6 14A8 8 0 1 0 6 7L4 10",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  archive: "M4 5h16v4H4zM6 9v10h12V9M10 13h4",
  download: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
  attach: "M20 11.5l-7.8 7.8a4.6 4.6 0 0 1-6.5-6.5l8-8a3 3 0 0 1 4.3 4.3l-7.9 7.9a1.5 1.5 0 0 1-2.1-2.1l7-7",
  image: "M4 5h16v14H4zM8.5 10.5h.01M4 17l5-5 4 4 3-3 4 4",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  folder: "M3 7a2 2 0 0 1 2-2h4l2 2.5h8a2 2 0 0 1 2 2V17a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z",
  branch: "M7 4v16M7 12c6 0 10-1 10-6M17 6V4",
  key: "M12.5 15.5a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM11.5 12.5 20 4M16.5 7.5 19 10M14 10l1.5 1.5",
  model: "M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 12l8-4.5M12 12v9M12 12L4 7.5",
  home: "M4 11l8-7 8 7v9H4zM10 20v-6h4v6",
  gauge: "M4 17a8 8 0 1 1 16 0M12 17l4-5",
  coin: "M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0zM15 9.3c-.5-.9-1.6-1.4-3-1.4-1.7 0-3 .8-3 2 0 3 6 1.2 6 4.2 0 1.2-1.3 2-3 2-1.4 0-2.5-.5-3-1.4M12 6.4v1.5M12 16.1v1.5",
  box: "M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8",
  globe: "M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0zM3.5 12h17M12 3.5c5 5 5 12 0 17M12 3.5c-5 5-5 12 0 17",
  token: "M8 8l-4 4 4 4M16 8l4 4-4 4M13.5 6l-3 12",
  person: "M15.5 8a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0zM5 20c.8-4 3.4-6 7-6s6.2 2 7 6",
  info: "M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0zM12 11v5M12 8h.01",
  warning: "M12 4l9 16H3zM12 10v4M12 17h.01",
  sun: "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4",
  moon: "M19.5 14.5A8 8 0 1 1 9.5 4.5a6.5 6.5 0 0 0 10 10z",
  sliders: "M5 4v8M5 16v4M12 4v2M12 10v10M19 4v10M19 18v2M3 14h4M10 8h4M17 16h4",
  sidebar: "M4 5h16v14H4zM9.5 5v14",
  keyboard: "M3 7h18v10H3zM7 11h.01M11 11h.01M15 11h.01M8 14h8",
  sign_out: "M14 4H5v16h9M10 12h11M17 8l4 4-4 4",
  inbox: "M4 13l3-8h10l3 8v6H4zM4 13h5a3 3 0 0 0 6 0h5",
  shield: "M12 3l7 3v6c0 4.5-3 7.5-7 9-4-1.5-7-4.5-7-9V6zM9 12l2 2 4-4",
  play: "M8 5l11 7-11 7z",
}

/** @typedef {keyof typeof PATHS} IconName */

/**
 * @param {IconName} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  return drawing("icon", "0 0 24 24", [["path", { d: PATHS[name] }]])
}

/** ㅁ, the first letter of 마당 and the plan of a house around its yard, with a gate. */
export function mark() {
  return drawing("mark", "0 0 36 36", [
    [
      "path",
      {
        d: "M14 30H8.5A2.5 2.5 0 0 1 6 27.5V8.5A2.5 2.5 0 0 1 8.5 6h19A2.5 2.5 0 0 1 30 8.5v19a2.5 2.5 0 0 1-2.5 2.5H22",
      },
    ],
    ["circle", { cx: "18", cy: "18", r: "4" }],
  ])
}

/**
 * @param {string} className
 * @param {string} viewBox
 * @param {[string, Record<string, string>][]} shapes
 */
function drawing(className, viewBox, shapes) {
  const svg = /** @type {SVGSVGElement} */ (shape("svg", { class: className, viewBox, "aria-hidden": "true" }))
  svg.append(...shapes.map(([name, attributes]) => shape(name, attributes)))
  return svg
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 */
function shape(name, attributes) {
  const element = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  return element
}
