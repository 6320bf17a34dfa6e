/** @file touchstone dict: dictionaries of activations; one file for each subcommand. */
import type { Command } from 'commander';
import type { Perform, Work } from '../context.ts';
import { examples } from '../run.ts';
import { type DictConvertOptions, registerDictConvert } from './dict/convert.ts';
import { type DictEvalOptions, registerDictEval } from './dict/eval.ts';
import { type DictShowOptions, registerDictShow } from './dict/show.ts';
import { type DictTrainOptions, registerDictTrain } from './dict/train.ts';

/** What each subcommand does. */
export interface DictWork {
  readonly convert: Work<DictConvertOptions>;
  readonly show: Work<DictShowOptions>;
  readonly train: Work<DictTrainOptions>;
  readonly eval: Work<DictEvalOptions>;
}

/** Adds the command and its subcommands. */
export function registerDict(program: Command, perform: Perform, work: DictWork): void {
  const dict = program
    .command('dict')
    .summary('dictionaries of activations: train, eval, show, convert')
    .description('Sparse autoencoders and clusterings of activations, behind one contract.')
    .addHelpText(
      'after',
      examples('dict train --activations rows --kind topk:k=32,d_sae=1024 --out my-dictionaries'),
    );
  registerDictTrain(dict, perform, work.train);
  registerDictConvert(dict, perform, work.convert);
  registerDictEval(dict, perform, work.eval);
  registerDictShow(dict, perform, work.show);
}
