/** One way to the server: JSON in, JSON out, and every failure as one `ApiError` with a sentence for the reader. */

import { hasText, t } from "./i18n.js"
import { session } from "./session.js"

/** @typedef {{ signal?: AbortSignal, headers?: Record<string, string> }} CallOptions */

export class ApiError extends Error {
  /**
   * @param {{ code: string, message: string, details?: Record<string, unknown>, id?: string | null }} problem
   * @param {number} status 0 when no answer came at all
   */
  constructor(problem, status) {
    super(problem.message)
    this.name = "ApiError"
    this.code = problem.code
    this.details = problem.details ?? {}
    this.id = problem.id ?? null
    this.status = status
  }
}

/**
 * A sentence in the reader's language: `errors.<code>` with the details as values, else the server's own words and the
 * id under which the log has it.
 * @param {unknown} error an ApiError, or the `{code, message, details}` of a stored failure
 */
export function errorText(error) {
  const { code, message, details, id } = problemOf(error)
  const reason = `errors.${code}.${details.reason ?? details.problem}`
  const key = hasText(reason) ? reason : `errors.${code}`
  if (code === "internal" || !hasText(key)) return t("errors.unknown", { message, id: id ?? "–" })
  if (Array.isArray(details.fields) && details.fields.length > 0)
    return t("errors.bad_request_fields", { fields: named(details.fields) })
  const sentence = t(key, details)
  return details.provider_message ? t("errors.provider_says", { sentence, words: details.provider_message }) : sentence
}

/** @param {{ field: string }[]} fields */
function named(fields) {
  return fields.map(({ field }) => field).join(", ")
}

export const api = {
  /** @param {string} path @param {CallOptions} [options] @returns {Promise<any>} */
  get: (path, options) => call("GET", path, undefined, options),
  /** @param {string} path @param {unknown} [body] @param {CallOptions} [options] @returns {Promise<any>} */
  post: (path, body, options) => call("POST", path, body, options),
  /** @param {string} path @param {unknown} [body] @param {CallOptions} [options] @returns {Promise<any>} */
  put: (path, body, options) => call("PUT", path, body, options),
  /** @param {string} path @param {unknown} [body] @param {CallOptions} [options] @returns {Promise<any>} */
  patch: (path, body, options) => call("PATCH", path, body, options),
  /** @param {string} path @param {CallOptions} [options] @returns {Promise<any>} */
  delete: (path, options) => call("DELETE", path, undefined, options),
  /** The answer as it comes, for downloads. @param {string} path @param {CallOptions} [options] */
  raw: (path, options) => send("GET", path, undefined, options),
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} body
 * @param {CallOptions} [options]
 */
async function call(method, path, body, options) {
  const answer = await send(method, path, body, options)
  return answer.status === 204 ? null : answer.json()
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} body a Blob goes as it is, all else as JSON
 * @param {CallOptions} [options]
 */
async function send(method, path, body, { signal, headers = {} } = {}) {
  const token = session.token
  const isRaw = body instanceof Blob
  const answer = await reach(path, {
    method,
    signal,
    body: body === undefined ? undefined : isRaw ? body : JSON.stringify(body),
    headers: {
      ...(token ? { "X-Madang-Token": token } : {}),
      ...(body === undefined || isRaw ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
  })
  if (answer.ok) return answer
  const error = await errorFrom(answer)
  if (answer.status === 401 && path !== "/api/session") session.end(token)
  throw error
}

/**
 * @param {string} path
 * @param {RequestInit} request
 */
async function reach(path, request) {
  try {
    return await fetch(path, request)
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error
    throw new ApiError({ code: "no_connection", message: "Madang does not answer." }, 0)
  }
}

/** @param {Response} answer */
async function errorFrom(answer) {
  try {
    return new ApiError((await answer.json()).error, answer.status)
  } catch {
    return new ApiError({ code: `http_${answer.status}`, message: answer.statusText }, answer.status)
  }
}

/**
 * @param {unknown} error
 * @returns {{ code: string, message: string, details: Record<string, unknown>, id: string | null }}
 */
function problemOf(error) {
  const found = /** @type {any} */ (error ?? {})
  return {
    code: String(found.code ?? "unknown"),
    message: String(found.message ?? ""),
    details: found.details ?? {},
    id: found.id ?? null,
  }
}
