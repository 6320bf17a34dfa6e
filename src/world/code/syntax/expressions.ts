/** @file Parses expressions, by Python's precedence: conditional, or, and, not, comparison, sum, product, sign, trailer. */
import { type Token, tokensOf } from './lexer.ts';
import { formattedParts } from './strings.ts';
import { TokenReader } from './tokens.ts';
import { CodeFault, type Comparison, type Expression, type Keyword } from './tree.ts';

/** Parses one expression. @throws CodeFault */
export function parseExpression(tokens: TokenReader): Expression {
  if (tokens.sees('lambda')) return lambda(tokens);
  const then = logic(tokens, 'or');
  if (!tokens.sees('if')) return then;
  tokens.take();
  const test = logic(tokens, 'or');
  tokens.expect('else');
  const otherwise = parseExpression(tokens);
  return { kind: 'conditional', test, then, otherwise, at: then.at };
}

function lambda(tokens: TokenReader): Expression {
  const { at } = tokens.take();
  const parameters = tokens.sees(':') ? [] : parseNames(tokens);
  tokens.expect(':');
  return { kind: 'lambda', parameters, body: parseExpression(tokens), at };
}

/** Names with commas between them. */
export function parseNames(tokens: TokenReader): string[] {
  const names = [tokens.expectKind('name')];
  while (tokens.accept(',')) names.push(tokens.expectKind('name'));
  return names;
}

function logic(tokens: TokenReader, operator: 'and' | 'or'): Expression {
  const operand = () => (operator === 'or' ? logic(tokens, 'and') : inversion(tokens));
  let left = operand();
  while (tokens.accept(operator))
    left = { kind: 'logic', operator, left, right: operand(), at: left.at };
  return left;
}

function inversion(tokens: TokenReader): Expression {
  if (!tokens.sees('not')) return comparison(tokens);
  const { at } = tokens.take();
  return { kind: 'unary', operator: 'not', operand: inversion(tokens), at };
}

function comparison(tokens: TokenReader): Expression {
  const first = arithmetic(tokens, SUMS);
  const rest: { operator: Comparison; operand: Expression }[] = [];
  for (let operator = comparator(tokens); operator; operator = comparator(tokens))
    rest.push({ operator, operand: arithmetic(tokens, SUMS) });
  return rest.length === 0 ? first : { kind: 'compare', first, rest, at: first.at };
}

function comparator(tokens: TokenReader): Comparison | undefined {
  const single = (['==', '!=', '<', '<=', '>', '>=', 'in'] as const).find((o) => tokens.accept(o));
  if (single) return single;
  if (tokens.accept('is')) return tokens.accept('not') ? 'is not' : 'is';
  if (!tokens.sees('not') || tokens.second.text !== 'in') return undefined;
  tokens.take();
  tokens.take();
  return 'not in';
}

const SUMS = ['+', '-'] as const;
const PRODUCTS = ['*', '//', '%'] as const;

function arithmetic(tokens: TokenReader, operators: typeof SUMS | typeof PRODUCTS): Expression {
  const operand = () => (operators === SUMS ? arithmetic(tokens, PRODUCTS) : sign(tokens));
  let left = operand();
  for (;;) {
    const operator = operators.find((candidate) => tokens.accept(candidate));
    if (!operator) return left;
    left = { kind: 'binary', operator, left, right: operand(), at: left.at };
  }
}

function sign(tokens: TokenReader): Expression {
  const { at } = tokens.next;
  const operator = SUMS.find((candidate) => tokens.accept(candidate));
  if (operator) return { kind: 'unary', operator, operand: sign(tokens), at };
  return trailers(tokens, atom(tokens));
}

function trailers(tokens: TokenReader, start: Expression): Expression {
  let object = start;
  for (;;) {
    if (tokens.accept('.')) {
      object = { kind: 'attribute', object, name: tokens.expectKind('name'), at: object.at };
    } else if (tokens.accept('(')) object = call(tokens, object);
    else if (tokens.accept('[')) object = subscript(tokens, object);
    else return object;
  }
}

function call(tokens: TokenReader, callee: Expression): Expression {
  const positional: Expression[] = [];
  const keywords: Keyword[] = [];
  while (!tokens.sees(')')) {
    if (tokens.next.kind === 'name' && tokens.second.text === '=') keyword(tokens, keywords);
    else if (keywords.length > 0) tokens.fault('a value without a name comes before named ones');
    else positional.push(parseExpression(tokens));
    if (!tokens.accept(',')) break;
  }
  tokens.expect(')');
  return { kind: 'call', callee, positional, keywords, at: callee.at };
}

function keyword(tokens: TokenReader, keywords: Keyword[]): void {
  const name = tokens.expectKind('name');
  if (keywords.some((other) => other.name === name)) tokens.fault(`'${name}' is given twice`);
  tokens.expect('=');
  keywords.push({ name, value: parseExpression(tokens) });
}

function subscript(tokens: TokenReader, object: Expression): Expression {
  const bound = () => (tokens.sees(':') || tokens.sees(']') ? undefined : parseExpression(tokens));
  const from = bound();
  if (from && tokens.accept(']')) return { kind: 'index', object, index: from, at: object.at };
  tokens.expect(':');
  const to = bound();
  const step = tokens.accept(':') ? bound() : undefined;
  tokens.expect(']');
  return { kind: 'slice', object, from, to, step, at: object.at };
}

function atom(tokens: TokenReader): Expression {
  const { kind, at } = tokens.next;
  if (kind === 'name') return { kind: 'name', id: tokens.take().text, at };
  if (kind === 'number') return { kind: 'constant', value: Number(tokens.take().text), at };
  if (kind === 'string' || kind === 'formatted') return text(tokens);
  if (tokens.accept('(')) return parenthesised(tokens);
  if (tokens.accept('[')) return list(tokens, at);
  return named(tokens);
}

const CONSTANTS = { True: true, False: false, None: null } as const;

function named(tokens: TokenReader): Expression {
  const { kind, text: word, at } = tokens.next;
  if (kind !== 'keyword' || !Object.hasOwn(CONSTANTS, word)) tokens.fault('expected a value');
  tokens.take();
  return { kind: 'constant', value: CONSTANTS[word as keyof typeof CONSTANTS], at };
}

function parenthesised(tokens: TokenReader): Expression {
  const inner = parseExpression(tokens);
  tokens.expect(')');
  return inner;
}

/** Literals side by side are one string. */
function text(tokens: TokenReader): Expression {
  const { at } = tokens.next;
  const parts: (string | Expression)[] = [];
  let formatted = false;
  while (tokens.next.kind === 'string' || tokens.next.kind === 'formatted') {
    formatted ||= tokens.next.kind === 'formatted';
    parts.push(...partsOf(tokens.take()));
  }
  if (formatted) return { kind: 'formatted', parts, at };
  return { kind: 'constant', value: parts.join(''), at };
}

function partsOf(token: Token): (string | Expression)[] {
  if (token.kind === 'string') return [token.text];
  return formattedParts(token.text, token.at).map(({ kind, text: part, at }) =>
    kind === 'text' ? part : embedded(part, at),
  );
}

/** The expression between the braces of an f-string, with offsets in the whole text. */
function embedded(source: string, at: number): Expression {
  const moved = tokensOf(source.trim()).map((token) => ({ ...token, at: token.at + at }));
  const tokens = new TokenReader(moved);
  const expression = parseExpression(tokens);
  if (tokens.next.kind !== 'newline') throw new CodeFault('one value between braces', at);
  return expression;
}

function list(tokens: TokenReader, at: number): Expression {
  const items: Expression[] = [];
  while (!tokens.sees(']')) {
    items.push(parseExpression(tokens));
    if (items.length === 1 && tokens.sees('for')) return comprehension(tokens, items[0]!, at);
    if (!tokens.accept(',')) break;
  }
  tokens.expect(']');
  return { kind: 'list', items, at };
}

function comprehension(tokens: TokenReader, element: Expression, at: number): Expression {
  tokens.expect('for');
  const target = tokens.expectKind('name');
  tokens.expect('in');
  const source = logic(tokens, 'or');
  const conditions: Expression[] = [];
  while (tokens.accept('if')) conditions.push(logic(tokens, 'or'));
  tokens.expect(']');
  return { kind: 'comprehension', element, target, source, conditions, at };
}
