/** @file The work of `touchstone dict show`. */
import { basename } from 'node:path';
import {
  type Choice,
  openDictionary,
  type Portrait,
  portray,
  tokenizeTexts,
} from '../../../dictionary/index.ts';
import {
  ChatEndpoint,
  type LanguageModel,
  RememberedEndpoint,
  writeAtomic,
} from '../../../model/index.ts';
import { type AnswerFolder, openAnswers } from '../../../store/index.ts';
import { badUsage } from '../../../tensor/index.ts';
import { type DictShowOptions, KEY_VARIABLE } from '../../commands/dict/show.ts';
import { type Context, DONE, printJson } from '../../context.ts';
import { version } from '../../version.ts';
import { openNamed } from '../models.ts';
import { boundedPage } from './portrait/bounded.ts';
import { renderPortrait } from './portrait/terminal.ts';

/** Latents that are shown unless told otherwise. */
const IN_TERMINAL = 3;
const ON_PAGE = 200;

/** Portrays latents and prints or writes them. */
export async function showDictionary(options: DictShowOptions, context: Context): Promise<number> {
  checkOptions(options);
  const dictionary = await openDictionary(options.dictionary);
  const model = await openNamed(options.model);
  const texts = await tokenizeTexts(model, options.text, {
    field: options.field,
    whole: options.wholeFiles ?? false,
    most: options.tokens,
    reporter: context.report,
    safePoint: context.safePoint,
  });
  const portrait = await withExplainer(options, context, (explainer) =>
    portray({
      model,
      dictionary,
      documents: texts.documents,
      choice: choiceOf(options, model),
      names: {
        dictionary: basename(options.dictionary),
        model: options.model,
        texts: [...texts.files],
      },
      version: version(),
      ...(options.hook !== undefined && { hook: options.hook }),
      context: options.context,
      rows: options.tokens,
      mask: options.mask,
      seed: options.seed,
      ablate: options.ablate,
      ...(explainer && { explainer }),
      reporter: context.report,
      safePoint: context.safePoint,
    }),
  );
  await give(portrait, options, context);
  await dictionary.release();
  await model.release();
  return DONE;
}

function checkOptions({ latent, search, top, explain, explainModel }: DictShowOptions): void {
  const given = Object.entries({ latent, search, top }).filter(([, value]) => value !== undefined);
  if (given.length > 1) {
    const names = given.map(([name]) => `--${name}`).join(' and ');
    badUsage(`${names} together`, 'latents are chosen in one way');
  }
  if ((explain === undefined) !== (explainModel === undefined)) {
    badUsage('--explain and --explain-model go together', 'give the URL and the name of its model');
  }
}

function choiceOf(options: DictShowOptions, model: LanguageModel): Choice {
  const { latent, search, html } = options;
  const count = options.count ?? (html === undefined ? IN_TERMINAL : ON_PAGE);
  if (latent) return { latents: latent };
  if (search === undefined) return { top: options.top ?? 'random', count };
  return { search: model.encode(search)[0]!, text: search, count };
}

/** Answers are closed whatever happens: what was paid for is kept. */
async function withExplainer<T>(
  { explain: url, explainModel: name, answers }: DictShowOptions,
  context: Context,
  work: (explainer: RememberedEndpoint | undefined) => Promise<T>,
): Promise<T> {
  if (url === undefined || name === undefined) return work(undefined);
  const key = process.env[KEY_VARIABLE];
  const endpoint = new ChatEndpoint({
    url,
    model: name,
    signal: context.signal,
    ...(key && { key }),
  });
  const store: AnswerFolder = await openAnswers(answers);
  try {
    const explainer = new RememberedEndpoint(endpoint, store);
    const result = await work(explainer);
    const { asked, remembered } = explainer.counts;
    context.tell(`touchstone: ${asked} answers of ${name}, ${remembered} from ${answers}`);
    return result;
  } finally {
    await store.close();
  }
}

async function give(portrait: Portrait, options: DictShowOptions, context: Context): Promise<void> {
  if (options.html !== undefined) await writePage(portrait, options.html, options, context);
  if (options.json) printJson(context, portrait);
  else if (options.html === undefined) {
    context.print(renderPortrait(portrait, { color: context.color, width: context.width }));
  }
}

async function writePage(
  portrait: Portrait,
  file: string,
  { megabytes }: DictShowOptions,
  context: Context,
): Promise<void> {
  const { page, shown, dropped } = boundedPage(portrait, megabytes * 1e6);
  await writeAtomic(file, page);
  const size = (Buffer.byteLength(page) / 1e6).toFixed(1);
  const room = dropped === 0 ? '' : `, ${dropped} of them for want of room (--megabytes)`;
  context.tell(
    `touchstone: ${file}: ${shown} latents, ${size} MB; ${portrait.leftOut + dropped} left out${room}`,
  );
}
