/** @file Executes statements. */
import { ownershipOf } from '../syntax/places.ts';
import type { FunctionDefinition, Handler, Index, Name, Statement } from '../syntax/tree.ts';
import { BUILTINS } from './builtins.ts';
import { evaluate } from './evaluate.ts';
import { isKindOf, Raised, raise } from './faults.ts';
import type { Machine } from './machine.ts';
import { arithmetic, itemsOf, setSubscript, subscript } from './operators.ts';
import { RE } from './regex.ts';
import type { Scope } from './scope.ts';
import { Exception, Sequence, textOf, truthy, UserFunction, type Value } from './values.ts';

/** How a block ended where not by its last statement. */
type Flow = undefined | 'break' | 'continue' | { readonly returned: Value };

/** Runs statements in a scope. @throws Raised, Stopped */
export function execute(machine: Machine, body: readonly Statement[], scope: Scope): Flow {
  for (const statement of body) {
    machine.tick();
    const flow = step(machine, statement, scope);
    if (flow !== undefined) return flow;
  }
  return undefined;
}

function step(machine: Machine, node: Statement, scope: Scope): Flow {
  const value = (of: Parameters<typeof evaluate>[1]) => evaluate(machine, of, scope);
  switch (node.kind) {
    case 'expression':
      return void value(node.value);
    case 'assign':
      return assign(machine, node.target, value(node.value), scope);
    case 'augment':
      return augment(machine, node, scope);
    case 'if':
      return execute(machine, truthy(value(node.test)) ? node.body : node.otherwise, scope);
    case 'for':
      return loop(machine, node, scope);
    case 'while':
      return whileLoop(machine, node, scope);
    case 'try':
      return attempt(machine, node, scope);
    case 'assert':
      return truthy(value(node.test)) ? undefined : failed(node.message && value(node.message));
    case 'return':
      return { returned: node.value ? value(node.value) : null };
    case 'raise':
      return raiseValue(value(node.value));
    case 'import':
      return void scope.set(node.module, moduleNamed(node.module));
    case 'from':
      return importNames(node.module, node.names, scope);
    case 'function':
      return void scope.set(node.name, defined(node, scope));
    case 'break':
    case 'continue':
      return node.kind;
    default:
      return undefined;
  }
}

function assign(machine: Machine, target: Name | Index, value: Value, scope: Scope): undefined {
  if (target.kind === 'name') return void scope.set(target.id, value);
  const object = evaluate(machine, target.object, scope);
  setSubscript(object, evaluate(machine, target.index, scope), value);
  return undefined;
}

function augment(
  machine: Machine,
  { target, operator, value }: Extract<Statement, { kind: 'augment' }>,
  scope: Scope,
): undefined {
  if (target.kind === 'name') {
    const old = evaluate(machine, target, scope);
    return void scope.set(
      target.id,
      changed(machine, operator, old, evaluate(machine, value, scope)),
    );
  }
  const object = evaluate(machine, target.object, scope);
  const index = evaluate(machine, target.index, scope);
  const old = subscript(object, index);
  setSubscript(object, index, changed(machine, operator, old, evaluate(machine, value, scope)));
  return undefined;
}

/** `+=` on a list changes the list itself. */
function changed(
  machine: Machine,
  operator: Parameters<typeof arithmetic>[1],
  old: Value,
  value: Value,
): Value {
  if (operator === '+' && old instanceof Sequence && old.kind === 'list') {
    const more = [...itemsOf(value)];
    machine.sized(old.items.length + more.length);
    old.items.push(...more);
    return old;
  }
  return arithmetic(machine, operator, old, value);
}

function loop(
  machine: Machine,
  { target, source, body }: Extract<Statement, { kind: 'for' }>,
  scope: Scope,
): Flow {
  for (const item of itemsOf(evaluate(machine, source, scope))) {
    machine.tick();
    scope.set(target, item);
    const flow = execute(machine, body, scope);
    if (flow === 'break') return undefined;
    if (typeof flow === 'object') return flow;
  }
  return undefined;
}

function whileLoop(
  machine: Machine,
  { test, body }: Extract<Statement, { kind: 'while' }>,
  scope: Scope,
): Flow {
  while (truthy(evaluate(machine, test, scope))) {
    const flow = execute(machine, body, scope);
    if (flow === 'break') return undefined;
    if (typeof flow === 'object') return flow;
  }
  return undefined;
}

function attempt(
  machine: Machine,
  { body, handlers }: Extract<Statement, { kind: 'try' }>,
  scope: Scope,
): Flow {
  try {
    return execute(machine, body, scope);
  } catch (error) {
    const handler = error instanceof Raised && handlers.find((h) => catches(h, error.type, scope));
    if (!handler) throw error;
    return execute(machine, handler.body, scope);
  }
}

function catches({ exception }: Handler, type: string, scope: Scope): boolean {
  if (exception === undefined) return true;
  const kind = scope.get(exception) ?? BUILTINS.get(exception);
  if (kind === undefined) return raise('NameError', `name '${exception}' is not defined`);
  if (!(kind instanceof Exception) || kind.message !== undefined)
    return raise('TypeError', `'${exception}' is no kind of exception`);
  return isKindOf(type, kind.type);
}

function failed(message: Value | undefined): never {
  return raise('AssertionError', message === undefined ? '' : textOf(message));
}

function raiseValue(value: Value): never {
  if (!(value instanceof Exception)) return raise('TypeError', 'only exceptions can be raised');
  return raise(value.type, value.message ?? '');
}

function moduleNamed(name: string): typeof RE {
  return name === 're' ? RE : raise('ModuleNotFoundError', `the language has no module '${name}'`);
}

function importNames(module: string, names: readonly string[], scope: Scope): undefined {
  const { members } = moduleNamed(module);
  for (const name of names)
    scope.set(name, members.get(name) ?? raise('ImportError', `no '${name}' in '${module}'`));
  return undefined;
}

function defined({ name, parameters, body }: FunctionDefinition, scope: Scope): Value {
  const run = (machine: Machine, inner: Scope): Value => {
    const flow = execute(machine, body, inner);
    return typeof flow === 'object' ? flow.returned : null;
  };
  return new UserFunction({ name, parameters, owned: ownershipOf(body, parameters), scope, run });
}
