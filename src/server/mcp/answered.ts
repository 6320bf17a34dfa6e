/** @file What a tool of MCP answers with: JSON, or what was wrong in one line. */
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { TouchstoneError } from '../../tensor/index.ts';
import { asProblem } from '../problem.ts';

/** Does the work. What the caller can mend is told to it as an error of the tool; a fault of the program tells nothing else. */
export async function answered(work: () => Promise<unknown>): Promise<CallToolResult> {
  try {
    const value = await work();
    const structured = typeof value === 'object' && value !== null && !Array.isArray(value);
    return {
      content: [{ type: 'text', text: JSON.stringify(value) }],
      ...(structured && { structuredContent: { ...value } }),
    };
  } catch (error) {
    return { isError: true, content: [{ type: 'text', text: told(error) }] };
  }
}

function told(error: unknown): string {
  if (error instanceof TouchstoneError)
    return error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
  return asProblem(error).message;
}
