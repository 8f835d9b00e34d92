/** The part of markdown-it that Madang uses. */

export interface Token {
  type: string
  tag: string
  nesting: -1 | 0 | 1
  level: number
  map: [number, number] | null
  children: Token[] | null
  content: string
  info: string
  markup: string
  hidden: boolean
  block: boolean
  meta: Record<string, unknown> | null
  attrGet(name: string): string | null
}

export interface Environment {
  references?: Record<string, { title?: string; href: string }>
}

export interface StateInline {
  src: string
  pos: number
  posMax: number
  push(type: string, tag: string, nesting: number): Token
}

export interface StateBlock {
  src: string
  line: number
  lineMax: number
  bMarks: number[]
  eMarks: number[]
  tShift: number[]
  sCount: number[]
  blkIndent: number
  level: number
  push(type: string, tag: string, nesting: number): Token
  isEmpty(line: number): boolean
  getLines(begin: number, end: number, indent: number, keepLastLF: boolean): string
}

export type InlineRule = (state: StateInline, silent: boolean) => boolean
export type BlockRule = (state: StateBlock, startLine: number, endLine: number, silent: boolean) => boolean

export default class MarkdownIt {
  constructor(options?: Record<string, unknown>)
  parse(source: string, env: Environment): Token[]
  inline: { ruler: { before(name: string, ruleName: string, rule: InlineRule): void } }
  block: { ruler: { before(name: string, ruleName: string, rule: BlockRule, options?: { alt: string[] }): void } }
  linkify: { set(options: Record<string, boolean>): unknown }
}
