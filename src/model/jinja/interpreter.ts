/**
 * @file Jinja as Python evaluates it. The library's interpreter is looser: it takes undefined values
 * for text, ignores the argument of `strip`, and prints `true` for `True`. Where it differs in what
 * chat templates do, the rules of Python are put in its place; what it does not know it refuses.
 */
import { Environment, Interpreter, Template } from '@huggingface/jinja';
import {
  capitalized,
  equal,
  fieldsOf,
  itemsOf,
  kind,
  MAPPINGS,
  NUMBERS,
  remainder,
  SEQUENCES,
  str,
  strip,
  type Value,
  wrapped,
} from './values.ts';

/** A node of the parsed template; only what is looked at here. */
interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly operator?: { readonly value: string };
  readonly left?: Node;
  readonly right?: Node;
  readonly object?: Node;
  readonly property?: Node;
  readonly computed?: boolean;
  readonly operand?: Node;
  readonly test?: { readonly value: string };
  readonly negate?: boolean;
  readonly iterable?: Node;
  readonly lhs?: Node;
  readonly callee?: Node;
}

/** The library's interpreter, whose own types hide these methods. */
interface Evaluator {
  run(program: unknown): Value;
  evaluate(node: Node | undefined, scope: Environment): Value;
  evaluateBlock(statements: readonly Node[], scope: Environment): Value;
  evaluateBinaryExpression(node: Node, scope: Environment): Value;
  evaluateMemberExpression(node: Node, scope: Environment): Value;
  evaluateTestExpression(node: Node, scope: Environment): Value;
  evaluateFor(node: Node, scope: Environment): Value;
  applyFilter(operand: Value, filter: Node, scope: Environment): Value;
}

const Base = Interpreter as unknown as new (scope: Environment) => Evaluator;

/** The parsed form of a template, with `trim_blocks` and `lstrip_blocks`. */
export function parseTemplate(text: string): Template {
  return new Template(text);
}

/** Renders a template with these variables and no others. */
export function renderTemplate(
  template: Template,
  variables: Readonly<Record<string, unknown>>,
): string {
  const scope = new Environment();
  for (const [name, value] of Object.entries(variables)) scope.set(name, value);
  return String(new PythonInterpreter(scope).run(template.parsed).value);
}

/** A node that has been evaluated already. */
const EVALUATED = 'evaluated';

function evaluated(value: Value): Node {
  return { type: EVALUATED, value };
}

/** What a loop goes over: nothing for undefined, characters for a string. */
function iterated(value: Value): Value {
  if (value.type === 'UndefinedValue') return wrapped([]);
  return value.type === 'StringValue' ? wrapped([...String(value.value)]) : value;
}

/** Statements that print nothing. */
const SILENT: readonly string[] = ['Set', 'Macro', 'Comment'];
const STRIPS: readonly unknown[] = ['strip', 'lstrip', 'rstrip'];

class PythonInterpreter extends Base {
  /** What `break` and `continue` throw. */
  readonly #jumps = new WeakSet<object>();

  override evaluate(node: Node | undefined, scope: Environment): Value {
    if (node?.type === EVALUATED) return node.value as Value;
    if (node?.type !== 'Break' && node?.type !== 'Continue') return super.evaluate(node, scope);
    try {
      return super.evaluate(node, scope);
    } catch (jump) {
      this.#jumps.add(jump as object);
      throw jump;
    }
  }

  override evaluateBlock(statements: readonly Node[], scope: Environment): Value {
    let text = '';
    for (const statement of statements) {
      const value = this.#evaluateAfter(text, statement, scope);
      if (!SILENT.includes(statement.type)) text += str(value);
    }
    return wrapped(text);
  }

  /** The library loses what a turn of a loop has printed when it ends early. */
  #evaluateAfter(text: string, statement: Node, scope: Environment): Value {
    try {
      return this.evaluate(statement, scope);
    } catch (cause) {
      if (text === '' || !this.#jumps.has(cause as object)) throw cause;
      throw new Error('a turn of a loop prints and then ends early: not supported', { cause });
    }
  }

  override evaluateBinaryExpression(node: Node, scope: Environment): Value {
    const operator = node.operator!.value;
    if (operator === 'and' || operator === 'or') return super.evaluateBinaryExpression(node, scope);
    const left = this.evaluate(node.left!, scope);
    const right = this.evaluate(node.right!, scope);
    const known = binary(operator, left, right);
    if (known !== undefined) return known;
    const settled = { ...node, left: evaluated(left), right: evaluated(right) };
    return super.evaluateBinaryExpression(settled, scope);
  }

  override evaluateMemberExpression(node: Node, scope: Environment): Value {
    const object = this.evaluate(node.object!, scope);
    if (object.type === 'UndefinedValue') throw new Error(`${describe(node)} is undefined`);
    const name = node.computed ? undefined : node.property!.value;
    if (object.type === 'StringValue' && node.computed && node.property!.type !== 'SliceExpression')
      return characterAt(String(object.value), this.evaluate(node.property, scope));
    if (object.type === 'StringValue' && name === 'capitalize')
      return wrapped(() => capitalized(String(object.value)));
    if (object.type === 'StringValue' && STRIPS.includes(name)) {
      const text = String(object.value);
      return wrapped((characters?: string) => strip(text, String(name), characters));
    }
    const settled = { ...node, object: evaluated(object) };
    return super.evaluateMemberExpression(settled, scope);
  }

  override evaluateTestExpression(node: Node, scope: Environment): Value {
    const types = TESTS.get(node.test!.value);
    if (types === undefined) return super.evaluateTestExpression(node, scope);
    return wrapped(
      types.includes(this.evaluate(node.operand, scope).type) !== (node.negate ?? false),
    );
  }

  override evaluateFor(node: Node, scope: Environment): Value {
    const { iterable } = node;
    const selects = iterable!.type === 'SelectExpression';
    const items = evaluated(iterated(this.evaluate(selects ? iterable!.lhs : iterable, scope)));
    const settled = selects ? { ...iterable!, lhs: items } : items;
    return super.evaluateFor({ ...node, iterable: settled }, scope);
  }

  override applyFilter(operand: Value, filter: Node, scope: Environment): Value {
    const name = String(filter.type === 'Identifier' ? filter.value : filter.callee?.value);
    const known = filter.type === 'Identifier' ? filtered(name, operand) : undefined;
    if (known !== undefined) return known;
    if (name === 'tojson' && operand.type === 'UndefinedValue')
      throw new Error('what is undefined cannot be written as JSON');
    const joins = name === 'join' && SEQUENCES.includes(operand.type);
    return super.applyFilter(joins ? wrapped(itemsOf(operand).map(str)) : operand, filter, scope);
  }
}

/** Filters without arguments that Python sees otherwise; undefined for the rest. */
function filtered(name: string, operand: Value): Value | undefined {
  const { type, value } = operand;
  if (name === 'trim') return wrapped(strip(str(operand), 'strip'));
  if (name === 'string') return wrapped(str(operand));
  if (name === 'capitalize') return wrapped(capitalized(str(operand)));
  if (name === 'int' && type === 'FloatValue') return wrapped(Math.trunc(Number(value)));
  if (name === 'tojson' && type === 'FloatValue') return wrapped(String(operand));
  if (name === 'list' && MAPPINGS.includes(type)) return wrapped([...fieldsOf(operand).keys()]);
  if (type === 'UndefinedValue') return OF_UNDEFINED.get(name);
  if (type !== 'StringValue') return undefined;
  const characters = [...String(value)];
  if (name === 'length') return wrapped(characters.length);
  if (name === 'list') return wrapped(characters);
  if (name === 'first') return wrapped(characters[0]);
  if (name === 'last') return wrapped(characters.at(-1));
  return undefined;
}

/** Tests of types that Python answers otherwise. */
const TESTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['iterable', [...SEQUENCES, ...MAPPINGS, 'StringValue', 'UndefinedValue']],
  ['number', NUMBERS],
]);

function characterAt(text: string, place: Value): Value {
  if (place.type !== 'IntegerValue') throw new Error(`a place in a text is ${str(place)}`);
  return wrapped([...text].at(Number(place.value)));
}

/** What filters make of nothing. */
const OF_UNDEFINED: ReadonlyMap<string, Value> = new Map([
  ...['upper', 'lower', 'title', 'join', 'default'].map((name) => [name, wrapped('')] as const),
  ['length', wrapped(0)],
  ['list', wrapped([])],
]);

/** Operators that Python sees otherwise; undefined for those that the library gets right. */
function binary(operator: string, left: Value, right: Value): Value | undefined {
  if (operator === '==') return wrapped(equal(left, right));
  if (operator === '!=') return wrapped(!equal(left, right));
  if (operator === '~') return wrapped(str(left) + str(right));
  const texts = [left, right].filter(({ type }) => type === 'StringValue').length;
  if (operator === '+' && texts === 1)
    throw new Error(`cannot add ${kind(right)} to ${kind(left)}: a string needs another`);
  if (operator === '*' && left.type === 'StringValue' && right.type === 'IntegerValue')
    return wrapped(String(left.value).repeat(Math.max(0, Number(right.value))));
  if (operator === '%' && left.type === 'IntegerValue' && right.type === 'IntegerValue')
    return wrapped(remainder(Number(left.value), Number(right.value)));
  return undefined;
}

/** How a template names the object of a member, for messages. */
function describe({ object }: Node): string {
  if (object?.type === 'Identifier') return String(object.value);
  const name = object?.property?.value;
  return typeof name === 'string' ? `the field ${JSON.stringify(name)}` : 'a value';
}
