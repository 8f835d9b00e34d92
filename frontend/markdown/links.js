/** Which addresses may be followed, and how one is shown before it is. */

import { spelled } from "./controls.js"

const SCHEMES = new Set(["http:", "https:", "mailto:"])

/**
 * The address if it may be clicked, else null: no `javascript:`, no `data:`, no `file:`, nothing relative.
 * @param {string} address
 * @returns {URL | null}
 */
export function outsideUrl(address) {
  if (!URL.canParse(address)) return null
  const url = new URL(address)
  return SCHEMES.has(url.protocol) ? url : null
}

/**
 * What the reader is told before leaving: the host as the network sees it (punycode), and the whole address decoded.
 * @param {URL} url
 */
export function describe(url) {
  return {
    host: url.protocol === "mailto:" ? spelled(url.pathname) : url.host,
    address: spelled(decoded(url.href)),
    isPlain: url.protocol === "http:",
    isForeignScript: /(?:^|\.)xn--/.test(url.hostname),
    hasCredentials: url.username !== "" || url.password !== "",
    queryLength: url.search.length + url.hash.length,
  }
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURI(text)
  } catch {
    // An address may hold bytes that are no text.
    return text
  }
}

/**
 * Where an image would have come from: its host, or its scheme.
 * @param {string} address
 */
export function imagePlace(address) {
  if (!URL.canParse(address)) return "…"
  const url = new URL(address)
  return url.host ? `${url.host}/…` : url.protocol
}
