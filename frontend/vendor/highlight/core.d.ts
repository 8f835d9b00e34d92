/** The part of highlight.js that Madang uses: the tree it makes of a text, never its markup. */

export interface ScopeNode {
  scope?: string
  children: (ScopeNode | string)[]
}

declare const highlighter: {
  registerLanguage(name: string, grammar: unknown): void
  getLanguage(name: string): unknown
  highlight(text: string, options: { language: string; ignoreIllegals: boolean }): { _emitter: { rootNode: ScopeNode } }
}
export default highlighter
