/** What the server says of the ledger; see docs/usage.md. */

/**
 * @typedef {object} Sums
 * @property {number} calls
 * @property {number} failed_calls
 * @property {number} cancelled_calls
 * @property {number} rescued_calls
 * @property {number} hits
 * @property {number} similar_hits
 * @property {number} wrong_hits
 * @property {number} asked_cache_calls
 * @property {number} uncounted_calls
 * @property {number} unknown_cost_calls
 * @property {number} prompt_tokens
 * @property {number} prefix_tokens
 * @property {number} cached_tokens
 * @property {number} completion_tokens
 * @property {number} reasoning_tokens
 * @property {number} cost_microusd
 * @property {number} saved_microusd
 */
/** @typedef {{ key: string | null, sums: Sums, name: string | null }} Group */
/** @typedef {{ count: number, p50_ms: number | null, p95_ms: number | null, p99_ms: number | null }} Spread */
/**
 * @typedef {object} Report
 * @property {"day" | "hour" | "model" | "feature" | "token"} by
 * @property {Sums} totals
 * @property {Group[]} groups
 * @property {{ code: string, calls: number }[]} errors
 * @property {Spread} ttft
 * @property {Spread} latency
 * @property {{ month: string, spent_microusd: number, expected_microusd: number | null }} pace
 */
/**
 * @typedef {object} Call
 * @property {string} id
 * @property {string} created_at
 * @property {string} feature
 * @property {string | null} conversation_id
 * @property {string | null} turn_id
 * @property {string} model
 * @property {string} cache
 * @property {string} status
 * @property {string | null} error_code
 * @property {number | null} prompt_tokens
 * @property {number | null} completion_tokens
 * @property {number | null} cost_microusd
 * @property {number | null} saved_microusd
 * @property {number | null} latency_ms
 */
/**
 * @typedef {object} WhatIf
 * @property {string} model
 * @property {string | null} price_date
 * @property {number} priced_calls
 * @property {number} unpriced_calls
 * @property {number} cost_microusd
 * @property {number} paid_microusd
 * @property {number} unknown_cost_calls
 */

export {}
