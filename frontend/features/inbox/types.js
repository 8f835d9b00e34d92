/** What the server says of questions that wait for a person; see docs/permissions.md. */

/** @typedef {import("../../parts/rule_words.js").Words} Words */
/** @typedef {import("../../parts/rule_words.js").Reason} Reason */
/** @typedef {"fs.read" | "fs.list" | "fs.write" | "fs.delete" | "exec" | "fetch" | "mcp" | "mcp.connect" | "schedule" | "watch" | "memory"} Kind */
/** @typedef {"pending" | "executing" | "done" | "failed" | "denied" | "expired" | "stale" | "unknown"} QuestionState */
/** @typedef {"once" | "run" | "conversation" | "workspace" | "job" | "always"} Scope */
/** @typedef {{ id: string, kind: Kind, state: QuestionState, run: string, conversation: string, actor: string, asked_at: string }} Listed */
/** @typedef {{ use: string, path: string, type: string, size: number | null }} Touched */
/**
 * @typedef {object} Action
 * @property {Kind} kind
 * @property {{ kind: string, id: string }} actor
 * @property {Touched[]} paths
 * @property {{ path: string } | null} program
 * @property {string[]} argv
 * @property {string} cwd
 * @property {Record<string, string>} environment
 * @property {string} stdin_sha256
 * @property {string} url
 * @property {string} method
 * @property {{ tier: 0 | 1 | 2 | 3, network: boolean, writable: string[] } | null} sandbox
 * @property {Record<string, unknown>} details
 */
/**
 * @typedef {object} Preview
 * @property {string | null} [diff]
 * @property {"binary" | "large" | null} [why]
 * @property {boolean | string} [makes]
 * @property {number} [size_bytes]
 * @property {number} [files]
 * @property {number} [folders]
 * @property {string[]} [names]
 * @property {boolean} [is_truncated]
 * @property {string | null} [script]
 * @property {string[]} [gaps]
 * @property {string} [host]
 * @property {string} [ascii_host]
 * @property {string} [url]
 */
/**
 * @typedef {object} Question
 * @property {string} id
 * @property {QuestionState} state
 * @property {string} digest
 * @property {Action} action
 * @property {Preview} preview
 * @property {{ rule: string, source: string, because: Reason[] }} verdict
 * @property {{ scope: Scope, rule: string, words: Words | null }[]} offers
 * @property {string} run
 * @property {string} conversation
 * @property {string[]} taint
 * @property {string} asked_at
 * @property {string} expires_at
 * @property {{ code: string } | null} error
 */

export {}
