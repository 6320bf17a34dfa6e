/** @file Tools of dictionaries: which there are, which latents a text makes active, what a latent is, and what a change of it does. */
import { z } from 'zod';
import { type Portrait, portraitSchema } from '../../dictionary/index.ts';
import { badUsage } from '../../tensor/index.ts';
import * as answers from '../schema/answers.ts';
import * as requests from '../schema/requests.ts';
import { ask, type ServerAddress } from './modelTools.ts';
import { type AgentTool, agentTool } from './tool.ts';

/** Latents that are to be shown. */
export interface PortraitRequest {
  /** As list_models has it. */
  readonly model: string;
  readonly dictionary: string;
  readonly latents: readonly number[];
  /** Texts in which they are looked for; default those that the user gave. */
  readonly texts?: readonly string[] | undefined;
}

/** Portrays latents, in a process of its own. @throws TouchstoneError where it cannot be done */
export type Portray = (request: PortraitRequest) => Promise<Portrait>;

const model = z.string().describe('as list_models has it');
const dictionary = z.string().describe('as list_dictionaries has it');

/** @param portray undefined where dictionaries are not in this machine's hands */
export function dictionaryTools(address: ServerAddress, portray?: Portray): AgentTool[] {
  const tools = [
    agentTool({
      name: 'list_dictionaries',
      description: 'Dictionaries of latents that a model is open with, and where each belongs.',
      input: z.strictObject({ model }),
      output: answers.hooksAnswer.pick({ model: true, dictionaries: true }),
      run: (given) => hooksOf(address, given.model),
    }),
    agentTool({
      name: 'text_latents',
      description:
        'Which latents of a dictionary a text makes active: the strongest at each token, and over all tokens.',
      input: requests.latentsRequest,
      output: answers.latentsAnswer,
      run: (body) => ask(address, '/touchstone/latents', body),
    }),
    editLatent(address),
  ];
  return portray ? [...tools, showLatent(portray)] : tools;
}

function hooksOf(
  address: ServerAddress,
  name: string,
): Promise<z.infer<typeof answers.hooksAnswer>> {
  return ask(address, `/touchstone/hooks?model=${encodeURIComponent(name)}`).then((answer) =>
    answers.hooksAnswer.parse(answer),
  );
}

function showLatent(portray: Portray): AgentTool {
  return agentTool({
    name: 'show_latent',
    description:
      'Latents in full: how often and how strongly each is active, its strongest and quantile examples, a token rule with its score, logits, ablation beside another of equal strength. Takes seconds to minutes.',
    input: z.strictObject({
      ...{ model, dictionary },
      latents: z.array(z.number().int().min(0)).min(1).max(8),
      texts: z
        .array(z.string().min(1).max(20_000))
        .min(1)
        .max(500)
        .optional()
        .describe(
          'looked through for examples; default: the texts that the server was started with',
        ),
    }),
    output: portraitSchema,
    run: portray,
  });
}

const editInput = z.strictObject({
  ...{ model, dictionary },
  latent: z.number().int().min(0),
  change: z.enum(['clamp', 'shift', 'scale', 'ablate']),
  value: z.number().optional().describe('what to clamp to, shift by or scale by'),
  hook: z.string().optional().describe("default: the dictionary's own"),
  message: z.string().optional().describe('what the user says in a chat'),
  text: z.string().optional().describe('in place of a message: a text that is gone on with'),
  n: z.number().int().min(1).max(16).optional().describe('answers of each kind; default 2'),
  temperature: z.number().min(0).max(100).optional().describe('default 1'),
  seed: z.number().int().min(0).optional().describe('default 0'),
  max_tokens: z.number().int().min(1).max(256).optional().describe('default 32'),
});

const editOutput = z.object({
  edit: z.record(z.string(), z.json()).describe('to be sent as `edits` to chat or complete'),
  plain: z.array(z.string()).describe('answers without the edit, by the same seeds'),
  edited: z.array(z.string()),
});

function editLatent(address: ServerAddress): AgentTool {
  return agentTool({
    name: 'edit_latent',
    description:
      'What a change of one latent does: answers with and without it, by the same seeds, and the edit as plain data.',
    ...{ input: editInput, output: editOutput },
    run: async (given) => {
      const edit = await editOf(address, given);
      const plain = await textsOf(address, given, undefined);
      return { edit, plain, edited: await textsOf(address, given, edit) };
    },
  });
}

type EditInput = z.infer<typeof editInput>;

async function editOf(address: ServerAddress, given: EditInput) {
  const { dictionary: name, latent, change, value } = given;
  const at = given.hook ?? (await placeOf(address, given));
  const edit = { at, do: 'latent', latents: [{ dictionary: name, latent }], change };
  return value === undefined ? edit : { ...edit, value };
}

async function placeOf(address: ServerAddress, given: EditInput): Promise<string> {
  const { dictionaries } = await hooksOf(address, given.model);
  const found = dictionaries.find(({ name }) => name === given.dictionary);
  if (!found)
    badUsage(
      `no dictionary is called '${given.dictionary.slice(0, 60)}'`,
      `there are ${dictionaries.map(({ name }) => name).join(', ') || 'none'}`,
    );
  return (
    found.hook ?? badUsage(`'${found.name}' does not say of which hook point it is`, 'give hook')
  );
}

async function textsOf(address: ServerAddress, given: EditInput, edit: unknown): Promise<string[]> {
  const { message, text, n = 2, temperature = 1, seed = 0, max_tokens = 32 } = given;
  if ((message === undefined) === (text === undefined)) badUsage('give either message or text');
  const drawn = { model: given.model, n, temperature, seed, max_tokens };
  const how = edit === undefined ? drawn : { ...drawn, edits: [edit] };
  if (text !== undefined) {
    const answer = await ask(address, '/completions', { ...how, prompt: text });
    return answers.completionAnswer.parse(answer).choices.map((choice) => choice.text);
  }
  const messages = [{ role: 'user', content: message }];
  const answer = await ask(address, '/chat/completions', { ...how, messages });
  return answers.chatAnswer.parse(answer).choices.map((choice) => choice.message.content);
}
