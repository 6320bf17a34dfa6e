/** @file What may stand where: returns in functions, breaks in loops, `global` before any use; and which names a function owns. */
import { CodeFault, type Lambda, nodesOf, type Statement, type TreeNode } from './tree.ts';

interface Place {
  readonly inFunction: boolean;
  readonly inLoop: boolean;
}

/** Checks a whole program. @throws CodeFault */
export function checkPlaces(program: readonly Statement[]): void {
  checkGlobals(program, []);
  checkBlock(program, { inFunction: false, inLoop: false });
  for (const node of nodesOf(program)) if (node.kind === 'lambda') checkParameters(node);
}

function checkBlock(body: readonly Statement[], place: Place): void {
  for (const statement of body) {
    checkStatement(statement, place);
    if (statement.kind === 'function') checkFunction(statement);
    else for (const inner of blocksOf(statement)) checkBlock(inner, placeIn(statement, place));
  }
}

function placeIn(statement: Statement, place: Place): Place {
  const loop = statement.kind === 'for' || statement.kind === 'while';
  return loop ? { ...place, inLoop: true } : place;
}

function checkStatement({ kind, at }: Statement, { inFunction, inLoop }: Place): void {
  if (kind === 'return' && !inFunction) throw new CodeFault("'return' outside a function", at);
  if ((kind === 'break' || kind === 'continue') && !inLoop)
    throw new CodeFault(`'${kind}' outside a loop`, at);
}

function checkFunction(statement: Extract<Statement, { kind: 'function' }>): void {
  checkParameters(statement);
  checkGlobals(statement.body, statement.parameters);
  checkBlock(statement.body, { inFunction: true, inLoop: false });
}

function checkParameters({ parameters, at }: Pick<Lambda, 'parameters' | 'at'>): void {
  if (new Set(parameters).size !== parameters.length)
    throw new CodeFault('two parameters have one name', at);
}

/** The blocks directly inside a statement. */
export function blocksOf(statement: Statement): (readonly Statement[])[] {
  switch (statement.kind) {
    case 'if':
      return [statement.body, statement.otherwise];
    case 'for':
    case 'while':
    case 'function':
      return [statement.body];
    case 'try':
      return [statement.body, ...statement.handlers.map(({ body }) => body)];
    default:
      return [];
  }
}

/** The nodes of a body that belong to its own scope: not those inside functions, lambdas and comprehensions. */
function* ownNodes(body: readonly Statement[]): Generator<TreeNode> {
  const hidden = new Set<TreeNode>();
  for (const node of nodesOf(body)) {
    if (hidden.has(node)) continue;
    yield node;
    for (const inner of innerScope(node)) for (const below of nodesOf(inner)) hidden.add(below);
  }
}

function innerScope(node: TreeNode): readonly (TreeNode | readonly TreeNode[])[] {
  if (node.kind === 'function' || node.kind === 'lambda') return [node.body];
  if (node.kind === 'comprehension') return [node.element, ...node.conditions];
  return [];
}

/** The names that a node binds in its scope. */
function boundBy(node: TreeNode): readonly string[] {
  switch (node.kind) {
    case 'assign':
    case 'augment':
      return node.target.kind === 'name' ? [node.target.id] : [];
    case 'for':
      return [node.target];
    case 'function':
      return [node.name];
    case 'import':
      return [node.module];
    case 'from':
      return node.names;
    default:
      return [];
  }
}

function checkGlobals(body: readonly Statement[], parameters: readonly string[]): void {
  const seen = new Set<string>();
  for (const node of ownNodes(body)) {
    if (node.kind === 'global') {
      const late = node.names.find((name) => seen.has(name) || parameters.includes(name));
      if (late !== undefined)
        throw new CodeFault(`'${late}' is used before it is declared global`, node.at);
    }
    for (const name of node.kind === 'name' ? [node.id] : boundBy(node)) seen.add(name);
  }
}

/** Which names a function body owns, and which it declares global. */
export interface Ownership {
  readonly locals: ReadonlySet<string>;
  readonly globals: ReadonlySet<string>;
}

/** As Python has it: a name bound anywhere in a body is its own throughout, unless declared global. */
export function ownershipOf(body: readonly Statement[], parameters: readonly string[]): Ownership {
  const locals = new Set(parameters);
  const globals = new Set<string>();
  for (const node of ownNodes(body)) {
    if (node.kind === 'global') for (const name of node.names) globals.add(name);
    for (const name of boundBy(node)) locals.add(name);
  }
  for (const name of globals) locals.delete(name);
  return { locals, globals };
}
