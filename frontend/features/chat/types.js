/**
 * What the server says about conversations, as the chat page uses it.
 *
 * @typedef {"queued" | "streaming" | "done" | "incomplete" | "interrupted" | "cancelled" | "error"} TurnStatus
 * @typedef {{ id: string, name: string, media_type: string, size_bytes: number, kind: "image" | "text" }} Attachment
 * @typedef {{ code: string, message: string, details?: Record<string, unknown>, id?: string }} Problem
 * @typedef {{ used_tokens: number, limit_tokens: number | null, trimmed_turns: number }} Gauge
 *
 * @typedef {object} Receipt
 * @property {string} call_id
 * @property {string} model
 * @property {string} provider
 * @property {number | null} prompt_tokens
 * @property {number | null} cached_tokens
 * @property {number | null} completion_tokens
 * @property {number | null} reasoning_tokens
 * @property {number | null} cost_microusd null: the price is not known
 * @property {boolean} [is_at_most] nobody counted: the cost is what was reserved
 * @property {string | null} price_date
 * @property {boolean} is_free
 * @property {"hit" | "similar" | "miss" | "off" | "shared"} cache
 * @property {number | null} cache_age_seconds
 * @property {number | null} saved_microusd
 * @property {number} masked_secrets
 * @property {number | null} ttft_ms
 * @property {number | null} latency_ms
 * @property {string | null} [route_name] the rule that chose the model
 * @property {string | null} [route_instead_of] the model that would have answered
 * @property {number | null} [route_saved_microusd] about what that saved
 * @property {number} [trimmed_turns] how many of the oldest turns were left out
 * @property {number | null} [trimmed_tokens] about how many tokens less that was, where the person wanted it so
 * @property {number | null} [capped_at_tokens] where only the daily cap limited the answer
 * @property {Likeness | null} [similar] the question that the answer was given to, where it is another one
 *
 * @typedef {{ question: string, score: number, age_seconds: number }} Likeness
 *
 * @typedef {object} Waiting
 * @property {"builtin" | "rate_limited" | "retrying" | "busy"} reason
 * @property {string} [retry_at]
 * @property {number} [progress_bytes]
 * @property {number} [total_bytes]
 * @property {string} [status]
 *
 * @typedef {object} Turn
 * @property {string} id
 * @property {string} conversation_id
 * @property {string | null} parent_id
 * @property {string | null} client_id
 * @property {string} content
 * @property {Attachment[]} attachments
 * @property {string} answer
 * @property {string} reasoning
 * @property {TurnStatus} status
 * @property {boolean} held
 * @property {Problem | null} error
 * @property {string | null} finish_reason
 * @property {string | null} model
 * @property {Receipt | null} receipt
 * @property {string} created_at
 * @property {string | null} started_at
 * @property {string | null} finished_at
 * @property {Waiting | null} waiting
 *
 * @typedef {{ id: string, parent_id: string | null, client_id: string | null, status: TurnStatus, content?: undefined }} TurnMark a turn whose words are not here
 *
 * @typedef {object} Options null: as the defaults say
 * @property {string | null} model
 * @property {number | null} temperature
 * @property {number | null} top_p
 * @property {number | null} max_tokens
 * @property {number | null} seed
 * @property {string | null} reasoning_effort
 * @property {string | null} system_prompt
 * @property {boolean | null} similar whether the answer to a similar question will do
 *
 * @typedef {object} Conversation
 * @property {string} id
 * @property {string} title
 * @property {"first_words" | "person" | "model"} title_source
 * @property {string} created_at
 * @property {string} updated_at
 * @property {boolean} archived
 * @property {boolean} deleted
 * @property {boolean} [damaged] what is stored of it cannot be read
 * @property {Options} options
 * @property {string | null} active_turn_id
 * @property {Gauge | null} context
 *
 * @typedef {object} ModelInfo
 * @property {string} id
 * @property {string} name
 * @property {string} provider
 * @property {string} provider_name
 * @property {boolean} is_local
 * @property {boolean} is_free
 * @property {boolean} is_builtin
 * @property {boolean} is_default whether it answers where none is named
 * @property {boolean} sees_images
 * @property {number | null} context_tokens
 * @property {boolean} reasons
 * @property {boolean} available
 * @property {string | null} unavailable_reason
 */

/** @type {Options} */
export const NO_OPTIONS = Object.freeze({
  model: null,
  temperature: null,
  top_p: null,
  max_tokens: null,
  seed: null,
  reasoning_effort: null,
  system_prompt: null,
  similar: null,
})
