/** @file A tool for agents: typed on both sides, told in one line where something is wrong. */
import type { CallToolResult, Tool, ToolAnnotations } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { TouchstoneError } from '../../tensor/index.ts';
import { asProblem, type Problem } from '../problem.ts';
import { parseBody } from '../schema/fields.ts';

/** `reads`: changes nothing. `spends`: changes something, and can be done again. `ends`: what it does cannot be taken back. */
export type Effect = 'reads' | 'spends' | 'ends';

export interface AgentTool {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  readonly effect: Effect;
  run(given: unknown): Promise<unknown>;
}

/** Nothing is given to it. */
export const nothing = z.strictObject({});

/** A tool whose input has been checked by its schema. */
export function agentTool<Input extends z.ZodObject>(
  spec: Omit<AgentTool, 'input' | 'effect' | 'run'> & {
    readonly input: Input;
    /** Default 'reads'. */
    readonly effect?: Effect;
    readonly run: (given: z.output<Input>) => Promise<unknown>;
  },
): AgentTool {
  return {
    effect: 'reads',
    ...spec,
    run: (given) => spec.run(parseBody(spec.input, given)),
  };
}

/** As agents are told of it. */
export function toolInfo({ name, description, input, output, effect }: AgentTool): Tool {
  return {
    ...{ name, description, annotations: annotationsOf(effect) },
    inputSchema: schemaOf(input, 'input'),
    outputSchema: schemaOf(output, 'output'),
  };
}

function annotationsOf(effect: Effect): ToolAnnotations {
  return {
    readOnlyHint: effect === 'reads',
    destructiveHint: effect === 'ends',
    idempotentHint: effect === 'reads',
    openWorldHint: false,
  };
}

function schemaOf(schema: z.ZodObject, io: 'input' | 'output') {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-7' });
  return rest as Tool['inputSchema'];
}

/**
 * Has a tool do its work. What the caller can mend is told to it as the tool's error; a fault of the program tells it
 * nothing else.
 */
export async function answer(
  { name, output, run }: AgentTool,
  given: unknown,
  onFault: (problem: Problem) => void,
): Promise<CallToolResult> {
  try {
    const value = output.parse(await run(given ?? {}));
    return { content: [{ type: 'text', text: JSON.stringify(value) }], structuredContent: value };
  } catch (error) {
    return { isError: true, content: [{ type: 'text', text: told(error, name, onFault) }] };
  }
}

function told(error: unknown, tool: string, onFault: (problem: Problem) => void): string {
  if (error instanceof TouchstoneError)
    return oneLine(error.hint === undefined ? error.message : `${error.message} (${error.hint})`);
  const problem = asProblem(error);
  if (problem.fault !== undefined) onFault(problem);
  const { param } = problem.fields;
  return oneLine(`${tool}: ${param === undefined ? '' : `${param}: `}${problem.message}`);
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
