/** @file The tree of a program: expressions and statements, each with the offset of its first character. */

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in' | 'is' | 'is not';
export type Arithmetic = '+' | '-' | '*' | '//' | '%';

interface At {
  /** Offset in the text, from 0. */
  readonly at: number;
}

export interface Name extends At {
  readonly kind: 'name';
  readonly id: string;
}

export interface Call extends At {
  readonly kind: 'call';
  readonly callee: Expression;
  readonly positional: readonly Expression[];
  readonly keywords: readonly Keyword[];
}

export interface Keyword {
  readonly name: string;
  readonly value: Expression;
}

export interface Attribute extends At {
  readonly kind: 'attribute';
  readonly object: Expression;
  readonly name: string;
}

export interface Index extends At {
  readonly kind: 'index';
  readonly object: Expression;
  readonly index: Expression;
}

export interface Slice extends At {
  readonly kind: 'slice';
  readonly object: Expression;
  readonly from: Expression | undefined;
  readonly to: Expression | undefined;
  readonly step: Expression | undefined;
}

export interface Comprehension extends At {
  readonly kind: 'comprehension';
  readonly element: Expression;
  readonly target: string;
  readonly source: Expression;
  readonly conditions: readonly Expression[];
}

export interface Lambda extends At {
  readonly kind: 'lambda';
  readonly parameters: readonly string[];
  readonly body: Expression;
}

export type Expression =
  | (At & { readonly kind: 'constant'; readonly value: string | number | boolean | null })
  | (At & { readonly kind: 'formatted'; readonly parts: readonly (string | Expression)[] })
  | Name
  | (At & { readonly kind: 'list'; readonly items: readonly Expression[] })
  | Comprehension
  | Lambda
  | (At & {
      readonly kind: 'conditional';
      readonly test: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    })
  | (At & {
      readonly kind: 'logic';
      readonly operator: 'and' | 'or';
      readonly left: Expression;
      readonly right: Expression;
    })
  | (At & {
      readonly kind: 'unary';
      readonly operator: 'not' | '-' | '+';
      readonly operand: Expression;
    })
  | (At & {
      readonly kind: 'compare';
      readonly first: Expression;
      readonly rest: readonly { readonly operator: Comparison; readonly operand: Expression }[];
    })
  | (At & {
      readonly kind: 'binary';
      readonly operator: Arithmetic;
      readonly left: Expression;
      readonly right: Expression;
    })
  | Call
  | Attribute
  | Index
  | Slice;

export interface FunctionDefinition extends At {
  readonly kind: 'function';
  readonly name: string;
  readonly parameters: readonly string[];
  readonly body: readonly Statement[];
}

export interface Handler {
  /** The exception's name; undefined catches all. */
  readonly exception: string | undefined;
  readonly body: readonly Statement[];
}

export type Statement =
  | (At & { readonly kind: 'expression'; readonly value: Expression })
  | (At & { readonly kind: 'assign'; readonly target: Name | Index; readonly value: Expression })
  | (At & {
      readonly kind: 'augment';
      readonly target: Name | Index;
      readonly operator: Arithmetic;
      readonly value: Expression;
    })
  | (At & {
      readonly kind: 'if';
      readonly test: Expression;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
    })
  | (At & {
      readonly kind: 'for';
      readonly target: string;
      readonly source: Expression;
      readonly body: readonly Statement[];
    })
  | (At & {
      readonly kind: 'while';
      readonly test: Expression;
      readonly body: readonly Statement[];
    })
  | (At & {
      readonly kind: 'try';
      readonly body: readonly Statement[];
      readonly handlers: readonly Handler[];
    })
  | (At & {
      readonly kind: 'assert';
      readonly test: Expression;
      readonly message: Expression | undefined;
    })
  | (At & { readonly kind: 'global'; readonly names: readonly string[] })
  | (At & { readonly kind: 'return'; readonly value: Expression | undefined })
  | (At & { readonly kind: 'raise'; readonly value: Expression })
  | (At & { readonly kind: 'pass' | 'break' | 'continue' })
  | (At & { readonly kind: 'import'; readonly module: string })
  | (At & { readonly kind: 'from'; readonly module: string; readonly names: readonly string[] })
  | FunctionDefinition;

export type TreeNode = Expression | Statement;

function isNode(value: object): value is TreeNode {
  return 'kind' in value && 'at' in value;
}

/** Every node of a tree, each before its children, in the order of the text. */
export function* nodesOf(tree: TreeNode | readonly TreeNode[]): Generator<TreeNode> {
  if (!Array.isArray(tree)) yield tree as TreeNode;
  yield* below(tree);
}

/** The nodes in what a node, a handler or a list holds. */
function* below(value: object): Generator<TreeNode> {
  for (const child of Object.values(value)) {
    if (typeof child !== 'object' || child === null) continue;
    if (isNode(child)) yield child;
    yield* below(child);
  }
}

/** A program that is no program of the language: what is wrong, and where. */
export class CodeFault extends Error {
  /** Offset in the text, from 0. */
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.name = 'CodeFault';
    this.at = at;
  }
}
