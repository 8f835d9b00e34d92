/** Spans of time in words: "3분", "2 hours". */

import { number } from "../../core/format.js"

/** @type {[string, number][]} */
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
]

/** @param {number} seconds */
export function span(seconds) {
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? ["second", 1]
  return number(Math.floor(seconds / size), { style: "unit", unit, unitDisplay: "long" })
}
