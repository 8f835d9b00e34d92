/** How quick and how sound: percentiles of the times, and errors by their code. */

import { errorText } from "../../core/api.js"
import { duration } from "../../core/format.js"
import { h } from "../../core/h.js"
import { hasText, t } from "../../core/i18n.js"

/** @typedef {import("./types.js").Report} Report */
/** @typedef {import("./types.js").Spread} Spread */

/** @param {Report} report */
export function health({ ttft, latency, errors }) {
  return h(
    "div",
    { class: "usage__pair" },
    h("section", { class: "card stack" }, h("h2", {}, t("usage.speed.title")), speed(ttft, latency)),
    h("section", { class: "card stack" }, h("h2", {}, t("usage.errors.title")), failures(errors)),
  )
}

/**
 * @param {Spread} ttft
 * @param {Spread} latency
 */
function speed(ttft, latency) {
  if (ttft.count === 0 && latency.count === 0) return h("p", { class: "soft" }, t("usage.speed.none"))
  const heads = ["p50", "p95", "p99"].map((name) => h("th", { scope: "col" }, t(`usage.speed.${name}`)))
  return h(
    "table",
    { class: "usage__table usage__table--short" },
    h("caption", { class: "unseen" }, t("usage.speed.title")),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("usage.speed.what")), heads)),
    h("tbody", {}, times("ttft", ttft), times("latency", latency)),
  )
}

/**
 * @param {string} name
 * @param {Spread} spread
 */
function times(name, { p50_ms, p95_ms, p99_ms }) {
  const cells = [p50_ms, p95_ms, p99_ms].map((time) => h("td", {}, time === null ? "–" : duration(time)))
  return h("tr", {}, h("th", { scope: "row" }, t(`usage.speed.${name}`)), cells)
}

/** @param {Report["errors"]} errors */
function failures(errors) {
  if (errors.length === 0) return h("p", { class: "soft" }, t("usage.errors.none"))
  return h(
    "ul",
    { role: "list", class: "usage__errors" },
    errors.map(({ code, calls }) =>
      h(
        "li",
        {},
        h("span", {}, named(code)),
        h("span", { class: "number soft" }, t("usage.errors.calls", { count: calls })),
      ),
    ),
  )
}

/** The short name of an error; the page's own sentence speaks of one call. @param {string} code */
function named(code) {
  const key = `usage.error.${code}`
  return hasText(key) ? t(key) : h("code", { title: errorText({ code, message: code }) }, code)
}
