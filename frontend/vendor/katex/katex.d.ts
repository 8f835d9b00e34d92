/** The part of KaTeX that Madang uses: its tree of nodes, rebuilt by us. */

export interface KatexNode {
  children?: KatexNode[]
  attributes?: Record<string, string>
  classes?: string[]
  style?: Record<string, string>
  type?: string
  text?: string
  toNode(): Node
}

type Kind<Name> = new () => KatexNode & { readonly kind: Name }

export const __domTree: {
  Span: Kind<"span">
  Anchor: Kind<"anchor">
  SvgNode: Kind<"svg">
  LineNode: Kind<"line">
}
export function __renderToDomTree(source: string, options: Record<string, unknown>): KatexNode
