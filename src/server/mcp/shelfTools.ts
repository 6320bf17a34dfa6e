/** @file Tools that open and close models, within what the one who runs the server allows. */
import { z } from 'zod';
import { openAnswer } from '../studio/schema.ts';
import { type AgentTool, agentTool } from './tool.ts';

/** Where models can be opened. */
export interface ModelShelf {
  /** What may be opened, in words. */
  readonly allowed: string;
  /** @throws TouchstoneError or Problem where it may not be, or cannot be opened */
  open(model: string, name: string): Promise<void>;
  /** @throws Problem where no model of that name is open */
  close(name: string): Promise<void>;
}

const name = z.string().min(1).max(300);

/** Opens and closes. */
export function shelfTools(shelf: ModelShelf): AgentTool[] {
  return [
    agentTool({
      name: 'open_model',
      description: `Opens a model under a name that other tools take. It may be: ${shelf.allowed}.`,
      input: z.strictObject({
        model: name.describe('organism:NAME[@SEED], a folder, a .gguf file, ORG/NAME of the hub'),
        name: name.optional().describe('what it is called; default: as `model`'),
      }),
      output: openAnswer,
      effect: 'spends',
      run: async ({ model, name: called = model }) => {
        await shelf.open(model, called);
        return { model: called, open: true };
      },
    }),
    agentTool({
      name: 'close_model',
      description: 'Closes a model; its memory is free again.',
      input: z.strictObject({ model: name.describe('as list_models has it') }),
      output: openAnswer,
      effect: 'spends',
      run: async ({ model }) => {
        await shelf.close(model);
        return { model, open: false };
      },
    }),
  ];
}
