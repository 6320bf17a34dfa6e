/** @file Evaluates expressions. */
import type { Attribute, Call, Comprehension, Expression, Slice } from '../syntax/tree.ts';
import { attributeOf } from './attributes.ts';
import { BUILTINS } from './builtins.ts';
import { raise } from './faults.ts';
import type { Machine } from './machine.ts';
import { arithmetic, compare, itemsOf, negated, sliced, subscript } from './operators.ts';
import { Scope } from './scope.ts';
import { Sequence, textOf, truthy, UserFunction, type Value } from './values.ts';

/** The value of an expression in a scope. @throws Raised, Stopped */
export function evaluate(machine: Machine, node: Expression, scope: Scope): Value {
  machine.tick();
  const of = (inner: Expression) => evaluate(machine, inner, scope);
  switch (node.kind) {
    case 'constant':
      return node.value;
    case 'formatted':
      return formatted(machine, node.parts, scope);
    case 'name':
      return lookUp(node.id, scope);
    case 'list':
      return new Sequence(node.items.map(of));
    case 'comprehension':
      return comprehension(machine, node, scope);
    case 'lambda':
      return lambda(node.parameters, node.body, scope);
    case 'conditional':
      return of(truthy(of(node.test)) ? node.then : node.otherwise);
    case 'logic':
      return logic(of(node.left), node.operator, () => of(node.right));
    case 'unary':
      return unary(machine, node.operator, of(node.operand));
    case 'compare':
      return comparison(node, of);
    case 'binary':
      return arithmetic(machine, node.operator, of(node.left), of(node.right));
    case 'call':
      return call(machine, node, scope);
    case 'attribute':
      return attribute(machine, node, scope);
    case 'index':
      return subscript(of(node.object), of(node.index));
    case 'slice':
      return slice(node, of);
  }
}

type Evaluate = (node: Expression) => Value;

function lookUp(name: string, scope: Scope): Value {
  const own = scope.get(name);
  // None is null here, and a value like any other.
  const value = own === undefined ? BUILTINS.get(name) : own;
  return value === undefined ? raise('NameError', `name '${name}' is not defined`) : value;
}

function formatted(
  machine: Machine,
  parts: readonly (string | Expression)[],
  scope: Scope,
): string {
  const texts = parts.map((part) =>
    typeof part === 'string' ? part : textOf(evaluate(machine, part, scope)),
  );
  const text = texts.join('');
  machine.sized(text.length);
  return text;
}

function comprehension(machine: Machine, node: Comprehension, scope: Scope): Value {
  const source = itemsOf(evaluate(machine, node.source, scope));
  const inner = new Scope(scope, { locals: new Set([node.target]), globals: new Set() });
  const items: Value[] = [];
  for (const item of source) {
    machine.tick();
    inner.set(node.target, item);
    const kept = node.conditions.every((test) => truthy(evaluate(machine, test, inner)));
    if (kept) items.push(evaluate(machine, node.element, inner));
  }
  return new Sequence(items);
}

function lambda(parameters: readonly string[], body: Expression, scope: Scope): Value {
  return new UserFunction({
    name: 'lambda',
    parameters,
    owned: { locals: new Set(parameters), globals: new Set() },
    scope,
    run: (machine, inner) => evaluate(machine, body, inner),
  });
}

function logic(left: Value, operator: 'and' | 'or', right: () => Value): Value {
  return truthy(left) === (operator === 'or') ? left : right();
}

function unary(machine: Machine, operator: 'not' | '-' | '+', operand: Value): Value {
  return operator === 'not' ? !truthy(operand) : negated(machine, operator, operand);
}

/** `a < b < c` is `a < b and b < c`. */
function comparison(node: Extract<Expression, { kind: 'compare' }>, of: Evaluate): Value {
  let left = of(node.first);
  for (const { operator, operand } of node.rest) {
    const right = of(operand);
    if (!compare(operator, left, right)) return false;
    left = right;
  }
  return true;
}

function call(machine: Machine, node: Call, scope: Scope): Value {
  const callee = evaluate(machine, node.callee, scope);
  const positional = node.positional.map((argument) => evaluate(machine, argument, scope));
  const named = node.keywords.map(
    ({ name, value }) => [name, evaluate(machine, value, scope)] as const,
  );
  return machine.call(callee, positional, new Map(named));
}

function attribute(machine: Machine, node: Attribute, scope: Scope): Value {
  return attributeOf(evaluate(machine, node.object, scope), node.name);
}

function slice({ object, from, to, step }: Slice, of: Evaluate): Value {
  const bound = (node: Expression | undefined) => (node ? of(node) : null);
  return sliced(of(object), bound(from), bound(to), bound(step));
}
