/** Colours for code: highlight.js finds the words, the nodes are made here from its tree. */

import { h } from "../core/h.js"
import highlighter from "../vendor/highlight/core.js"
import { markedText } from "./marks.js"

/** @typedef {import("../vendor/highlight/core.js").ScopeNode} ScopeNode */

// Longer code is left plain: finding its words would hold the page up.
const LONGEST_CHARS = 20_000

const LANGUAGES = new Set(
  `bash c cpp csharp css dart diff dockerfile elixir go gradle graphql haskell http ini java javascript json julia kotlin
  latex less lua makefile markdown matlab nginx objectivec perl php powershell properties protobuf python r ruby rust
  scala scss shell sql swift typescript vbnet vim xml yaml`.split(/\s+/),
)

/** @type {Record<string, string>} */
const ALIASES = {
  "c#": "csharp",
  "c++": "cpp",
  bat: "powershell",
  cc: "cpp",
  console: "shell",
  cs: "csharp",
  docker: "dockerfile",
  gql: "graphql",
  h: "c",
  hpp: "cpp",
  hs: "haskell",
  htm: "xml",
  html: "xml",
  jl: "julia",
  js: "javascript",
  jsonc: "json",
  jsx: "javascript",
  kt: "kotlin",
  make: "makefile",
  md: "markdown",
  mjs: "javascript",
  mysql: "sql",
  objc: "objectivec",
  patch: "diff",
  pgsql: "sql",
  postgres: "sql",
  postgresql: "sql",
  proto: "protobuf",
  ps1: "powershell",
  py: "python",
  python3: "python",
  rb: "ruby",
  rs: "rust",
  sh: "bash",
  sqlite: "sql",
  svg: "xml",
  tex: "latex",
  toml: "ini",
  ts: "typescript",
  tsx: "typescript",
  vb: "vbnet",
  vue: "xml",
  yml: "yaml",
  zsh: "bash",
}

/**
 * The code as coloured nodes, or null when the language is not known or the text too long.
 * @param {string} text
 * @param {string} language as it stands behind the fence
 * @returns {Promise<DocumentFragment | null>}
 */
export async function highlight(text, language) {
  const wanted = language.toLowerCase()
  const name = Object.hasOwn(ALIASES, wanted) ? ALIASES[wanted] : wanted
  if (!name || !LANGUAGES.has(name) || text.length > LONGEST_CHARS) return null
  if (!highlighter.getLanguage(name)) {
    const grammar = await import(`../vendor/highlight/languages/${name}.js`)
    highlighter.registerLanguage(name, grammar.default)
  }
  const fragment = document.createDocumentFragment()
  fill(fragment, highlighter.highlight(text, { language: name, ignoreIllegals: true })._emitter.rootNode)
  return fragment
}

/**
 * @param {Node & ParentNode} parent
 * @param {ScopeNode} scope
 */
function fill(parent, scope) {
  for (const child of scope.children) {
    if (typeof child === "string") parent.append(...markedText(child))
    else parent.append(coloured(child))
  }
}

/** @param {ScopeNode} scope */
function coloured(scope) {
  const [kind = ""] = (scope.scope ?? "").split(/[.:]/)
  const span = h("span", { class: /^[a-z_-]+$/.test(kind) ? `code-${kind}` : null })
  fill(span, scope)
  return span
}
