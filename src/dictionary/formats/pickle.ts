/**
 * @file Pickles, read without executing anything: plain values, and the few names of classes and functions that the
 * caller allows. Any other operation or name is refused. A pickle is a program for a machine with a stack
 * (Python's `pickletools` documents its operations); this machine can build values and nothing else.
 */
import { PickleBytes, PickleFault } from './pickleBytes.ts';

/** A class or function by its name: it stands for nothing but itself. */
export class Name {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** What a pickle may refer to. */
export interface Allowed {
  /** What stands for calling a name, such as 'torch._utils._rebuild_tensor_v2'. */
  readonly calls: Readonly<Record<string, (args: readonly unknown[]) => unknown>>;
  /** Names that may be mentioned and not called. */
  readonly names: ReadonlySet<string>;
  /** What a reference to something outside the pickle stands for. */
  readonly outside: (id: unknown) => unknown;
}

const MARK = Symbol('mark');

class Machine {
  readonly bytes: PickleBytes;
  readonly allowed: Allowed;
  readonly stack: unknown[] = [];
  readonly memo = new Map<number, unknown>();

  constructor(bytes: PickleBytes, allowed: Allowed) {
    this.bytes = bytes;
    this.allowed = allowed;
  }

  push(value: unknown): void {
    this.stack.push(value);
  }

  pop(): unknown {
    const value = this.stack.pop();
    if (this.stack.length === 0 && value === undefined) throw new PickleFault('its stack is empty');
    return value;
  }

  get top(): unknown {
    return this.stack.at(-1);
  }

  /** What lies above the last mark; the mark goes, too. */
  toMark(): unknown[] {
    const at = this.stack.lastIndexOf(MARK);
    if (at < 0) throw new PickleFault('a mark is missing');
    return this.stack.splice(at).slice(1);
  }

  recall(index: number): void {
    if (!this.memo.has(index)) throw new PickleFault(`nothing is remembered as ${index}`);
    this.push(this.memo.get(index));
  }

  named(module: unknown, name: unknown): void {
    const full = `${module}.${name}`;
    const { calls, names } = this.allowed;
    if (!Object.hasOwn(calls, full) && !names.has(full)) {
      throw new PickleFault(`it names ${full}, which is no part of a file of tensors`);
    }
    this.push(new Name(full));
  }

  call(): void {
    const [args, what] = [this.pop(), this.pop()];
    const call = what instanceof Name ? this.allowed.calls[what.name] : undefined;
    if (!call || !Array.isArray(args)) throw new PickleFault('it calls what is no function');
    this.push(call(args));
  }

  /** The attributes that PyTorch gives a table of tensors say nothing of these. */
  build(): void {
    this.pop();
    if (!(this.top instanceof Map)) throw new PickleFault('it gives attributes to what has none');
  }

  append(values: readonly unknown[]): void {
    if (!Array.isArray(this.top)) throw new PickleFault('it appends to what is no list');
    for (const value of values) this.top.push(value);
  }

  enter(pairs: readonly unknown[]): void {
    const { top } = this;
    if (!(top instanceof Map) || pairs.length % 2 !== 0) {
      throw new PickleFault('it enters into what is no table');
    }
    for (let i = 0; i < pairs.length; i += 2) top.set(pairs[i], pairs[i + 1]);
  }
}

type Step = (machine: Machine) => void;

/** Puts a constant, or an argument, on the stack. */
const constant =
  (value: () => unknown): Step =>
  (machine) =>
    machine.push(value());
const argument =
  (read: (bytes: PickleBytes) => unknown): Step =>
  (machine) =>
    machine.push(read(machine.bytes));
const tuple =
  (count: number): Step =>
  (machine) => {
    machine.push(Array.from({ length: count }, () => machine.pop()).reverse());
  };
const remember =
  (index: (machine: Machine) => number): Step =>
  (machine) => {
    machine.memo.set(index(machine), machine.top);
  };

/** Operations by their byte; those of building values are all that there are. */
const STEPS: Readonly<Record<number, Step>> = {
  128: ({ bytes }) => bytes.skip(1), // PROTO
  149: ({ bytes }) => bytes.skip(8), // FRAME
  40: constant(() => MARK),
  78: constant(() => null),
  136: constant(() => true),
  137: constant(() => false),
  125: constant(() => new Map()), // EMPTY_DICT
  93: constant(() => []), // EMPTY_LIST
  41: constant(() => []), // EMPTY_TUPLE
  74: argument((bytes) => bytes.i32()),
  75: argument((bytes) => bytes.u8()),
  77: argument((bytes) => bytes.u16()),
  138: argument((bytes) => bytes.long(bytes.u8())),
  71: argument((bytes) => bytes.f64()),
  88: argument((bytes) => bytes.text(bytes.u32())), // BINUNICODE
  140: argument((bytes) => bytes.text(bytes.u8())), // SHORT_BINUNICODE
  84: argument((bytes) => bytes.text(bytes.u32())), // BINSTRING
  85: argument((bytes) => bytes.text(bytes.u8())), // SHORT_BINSTRING
  133: tuple(1),
  134: tuple(2),
  135: tuple(3),
  116: (machine) => machine.push(machine.toMark()), // TUPLE
  108: (machine) => machine.push(machine.toMark()), // LIST
  97: (machine) => machine.append([machine.pop()]),
  101: (machine) => machine.append(machine.toMark()),
  115: (machine) => machine.enter([machine.pop(), machine.pop()].reverse()), // SETITEM
  117: (machine) => machine.enter(machine.toMark()), // SETITEMS
  113: remember(({ bytes }) => bytes.u8()), // BINPUT
  114: remember(({ bytes }) => bytes.u32()), // LONG_BINPUT
  148: remember(({ memo }) => memo.size), // MEMOIZE
  104: (machine) => machine.recall(machine.bytes.u8()), // BINGET
  106: (machine) => machine.recall(machine.bytes.u32()), // LONG_BINGET
  99: (machine) => machine.named(machine.bytes.line(), machine.bytes.line()), // GLOBAL
  147: (machine) => {
    const [name, module] = [machine.pop(), machine.pop()]; // STACK_GLOBAL
    machine.named(module, name);
  },
  81: (machine) => machine.push(machine.allowed.outside(machine.pop())), // BINPERSID
  82: (machine) => machine.call(), // REDUCE
  98: (machine) => machine.build(),
};

const STOP = 0x2e;

/**
 * The value of a pickle: numbers, strings, arrays for lists and tuples, maps for dictionaries.
 *
 * @throws PickleFault naming the operation or the name that is not allowed
 */
export function readPickle(data: Uint8Array, allowed: Allowed): unknown {
  const bytes = new PickleBytes(data);
  const machine = new Machine(bytes, allowed);
  for (let code = bytes.u8(); code !== STOP; code = bytes.u8()) {
    const step = STEPS[code];
    if (!step)
      throw new PickleFault(`operation 0x${code.toString(16)}, which builds no plain value`);
    step(machine);
  }
  return machine.pop();
}
