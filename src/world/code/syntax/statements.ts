/** @file Parses a program: statements, and the blocks that they open. */
import { parseExpression, parseNames } from './expressions.ts';
import { tokensOf } from './lexer.ts';
import { checkPlaces } from './places.ts';
import { TokenReader } from './tokens.ts';
import {
  type Arithmetic,
  CodeFault,
  type Expression,
  type Handler,
  type Index,
  type Name,
  type Statement,
} from './tree.ts';

/** Parses a program. @throws CodeFault where it is none */
export function parseProgram(text: string): Statement[] {
  const tokens = new TokenReader(tokensOf(text));
  const statements: Statement[] = [];
  while (tokens.next.kind !== 'end') statements.push(statement(tokens));
  checkPlaces(statements);
  return statements;
}

const COMPOUND: Readonly<Record<string, (tokens: TokenReader, at: number) => Statement>> = {
  if: conditional,
  for: loop,
  while: whileLoop,
  try: attempt,
  def: definition,
};

const SIMPLE: Readonly<Record<string, (tokens: TokenReader, at: number) => Statement>> = {
  pass: (_, at) => ({ kind: 'pass', at }),
  break: (_, at) => ({ kind: 'break', at }),
  continue: (_, at) => ({ kind: 'continue', at }),
  return: returned,
  assert: assertion,
  raise: (tokens, at) => ({ kind: 'raise', value: parseExpression(tokens), at }),
  global: (tokens, at) => ({ kind: 'global', names: parseNames(tokens), at }),
  import: (tokens, at) => ({ kind: 'import', module: tokens.expectKind('name'), at }),
  from: imported,
};

function statement(tokens: TokenReader): Statement {
  const { kind, text, at } = tokens.next;
  if (kind === 'indent') throw new CodeFault('nothing opens a block here', at);
  const compound = kind === 'keyword' && Object.hasOwn(COMPOUND, text) ? COMPOUND[text] : undefined;
  if (!compound) return simpleLine(tokens);
  tokens.take();
  return compound(tokens, at);
}

function simpleLine(tokens: TokenReader): Statement {
  const { kind, text, at } = tokens.next;
  const known = kind === 'keyword' && Object.hasOwn(SIMPLE, text) ? SIMPLE[text] : undefined;
  if (known) tokens.take();
  const made = known ? known(tokens, at) : assignment(tokens);
  tokens.expectKind('newline');
  return made;
}

/** The statements after a colon: an indented block, or one statement on the same line. */
function block(tokens: TokenReader): Statement[] {
  tokens.expect(':');
  if (!tokens.acceptKind('newline')) return [simpleLine(tokens)];
  tokens.expectKind('indent');
  const body: Statement[] = [];
  do body.push(statement(tokens));
  while (!tokens.acceptKind('dedent'));
  return body;
}

function conditional(tokens: TokenReader, at: number): Statement {
  const test = parseExpression(tokens);
  const body = block(tokens);
  return { kind: 'if', test, body, otherwise: alternative(tokens), at };
}

function alternative(tokens: TokenReader): Statement[] {
  const { at } = tokens.next;
  if (tokens.accept('elif')) return [conditional(tokens, at)];
  return tokens.accept('else') ? block(tokens) : [];
}

function loop(tokens: TokenReader, at: number): Statement {
  const target = tokens.expectKind('name');
  tokens.expect('in');
  const source = parseExpression(tokens);
  return { kind: 'for', target, source, body: block(tokens), at };
}

function whileLoop(tokens: TokenReader, at: number): Statement {
  const test = parseExpression(tokens);
  return { kind: 'while', test, body: block(tokens), at };
}

function attempt(tokens: TokenReader, at: number): Statement {
  const body = block(tokens);
  const handlers: Handler[] = [];
  while (tokens.accept('except')) handlers.push(handler(tokens));
  if (handlers.length === 0) tokens.fault("expected 'except'");
  if (handlers.slice(0, -1).some(({ exception }) => exception === undefined))
    throw new CodeFault("an 'except' that catches all comes last", at);
  return { kind: 'try', body, handlers, at };
}

function handler(tokens: TokenReader): Handler {
  const exception = tokens.sees(':') ? undefined : tokens.expectKind('name');
  return { exception, body: block(tokens) };
}

function definition(tokens: TokenReader, at: number): Statement {
  const name = tokens.expectKind('name');
  tokens.expect('(');
  const parameters = tokens.sees(')') ? [] : parseNames(tokens);
  tokens.expect(')');
  return { kind: 'function', name, parameters, body: block(tokens), at };
}

function returned(tokens: TokenReader, at: number): Statement {
  const value = tokens.next.kind === 'newline' ? undefined : parseExpression(tokens);
  return { kind: 'return', value, at };
}

function assertion(tokens: TokenReader, at: number): Statement {
  const test = parseExpression(tokens);
  const message = tokens.accept(',') ? parseExpression(tokens) : undefined;
  return { kind: 'assert', test, message, at };
}

function imported(tokens: TokenReader, at: number): Statement {
  const module = tokens.expectKind('name');
  tokens.expect('import');
  return { kind: 'from', module, names: parseNames(tokens), at };
}

const AUGMENTED = ['+=', '-=', '*=', '//=', '%='] as const;

function assignment(tokens: TokenReader): Statement {
  const value = parseExpression(tokens);
  const { at } = value;
  if (tokens.accept('='))
    return { kind: 'assign', target: targetOf(value), value: parseExpression(tokens), at };
  const augmented = AUGMENTED.find((operator) => tokens.accept(operator));
  if (!augmented) return { kind: 'expression', value, at };
  const operator = augmented.slice(0, -1) as Arithmetic;
  return { kind: 'augment', target: targetOf(value), operator, value: parseExpression(tokens), at };
}

function targetOf(expression: Expression): Name | Index {
  if (expression.kind === 'name' || expression.kind === 'index') return expression;
  throw new CodeFault('only names and places in lists can be assigned to', expression.at);
}
