/** @file A language model behind an endpoint as commands name it: its answers are kept by what was asked. */
import { ChatEndpoint, type ChatModel, RememberedEndpoint } from '../../model/index.ts';
import { type AnswerFolder, openAnswers } from '../../store/index.ts';
import { badUsage } from '../../tensor/index.ts';
import type { Context } from '../context.ts';

/** A model and the folder of its answers. */
export interface OpenEndpoint {
  readonly model: ChatModel;
  readonly answers: AnswerFolder;
}

/**
 * Opens a model at an endpoint; its key is `$TOUCHSTONE_API_KEY`.
 *
 * @param option what the command calls the URL, for the one who left the model's name out
 * @throws TouchstoneError where there is no name, or the folder is in use
 */
export async function openEndpoint(
  { url, model, option }: { url: string; model: string | undefined; option: string },
  folder: string,
  { signal }: Pick<Context, 'signal'>,
): Promise<OpenEndpoint> {
  if (model === undefined)
    return badUsage(`${option} with a URL needs the name of a model`, `give ${option}-model NAME`);
  const key = process.env.TOUCHSTONE_API_KEY;
  const endpoint = new ChatEndpoint({ url, model, signal, ...(key !== undefined && { key }) });
  const answers = await openAnswers(folder);
  return { model: new RememberedEndpoint(endpoint, answers), answers };
}
