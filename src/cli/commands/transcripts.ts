/** @file touchstone export, import, lint and judge: transcripts in and out, their reply graph, and what a judge says of them. */
import type { Command } from 'commander';
import type { Perform, Work } from '../context.ts';
import { examples } from '../run.ts';

export interface ExportOptions {
  readonly run: string;
  readonly out: string;
  readonly json?: boolean;
}

export interface ImportOptions {
  readonly file: string;
  readonly out?: string;
}

export interface LintOptions {
  readonly file: string;
  readonly json?: boolean;
  readonly failOn?: boolean;
}

export interface JudgeOptions {
  readonly file: string;
  readonly exact?: string;
  readonly regex?: string;
  readonly judge?: string;
  readonly judgeModel?: string;
  readonly question?: string;
  readonly json?: boolean;
}

/** What each command does. */
export interface TranscriptWork {
  readonly export: Work<ExportOptions>;
  readonly import: Work<ImportOptions>;
  readonly lint: Work<LintOptions>;
  readonly judge: Work<JudgeOptions>;
}

/** Adds the commands. */
export function registerTranscripts(
  program: Command,
  perform: Perform,
  work: TranscriptWork,
): void {
  addExport(program, perform, work.export);
  addImport(program, perform, work.import);
  addLint(program, perform, work.lint);
  addJudge(program, perform, work.judge);
}

function addExport(program: Command, perform: Perform, work: TranscriptWork['export']): void {
  program
    .command('export')
    .summary("an audit's answers as a log of Inspect")
    .description("Writes an audit's answers for other programs.")
    .addHelpText('after', examples('export inspect runs/my-audit --out my-audit.eval'))
    .command('inspect')
    .description('as an .eval log, which Inspect opens')
    .argument('<run>', "the audit's run folder")
    .requiredOption('--out <file>', 'the log, such as audit.eval')
    .option('--json', 'print JSON')
    .action((run: string, given: Omit<ExportOptions, 'run'>) =>
      perform((context) => work({ ...given, run }, context)),
    );
}

function addImport(program: Command, perform: Perform, work: TranscriptWork['import']): void {
  program
    .command('import')
    .summary('transcripts of a log of Inspect as JSON lines')
    .description('Reads logs of other programs as transcripts, one JSON object a line.')
    .addHelpText('after', examples('import inspect logs/task.eval --out transcripts.jsonl'))
    .command('inspect')
    .description('an .eval log of Inspect, one whose run was cut short included')
    .argument('<file>', 'the log')
    .option('--out <file>', 'default: standard output')
    .action((file: string, given: Omit<ImportOptions, 'file'>) =>
      perform((context) => work({ ...given, file }, context)),
    );
}

const FORMATS =
  'JSON lines of transcripts or messages, an mbox, a mail, an .eval log, or a plain thread';

function addLint(program: Command, perform: Perform, work: TranscriptWork['lint']): void {
  program
    .command('lint')
    .summary('what is missing in a transcript or a mail thread')
    .description(
      'Rebuilds who answers whom from headers and quotes, and reports answers to messages that are not there, quoted words that\n' +
        'nobody says, and texts that are cut off.',
    )
    .argument('<file>', FORMATS)
    .option('--json', 'print JSON')
    .option('--fail-on-findings', 'exit with status 1 where there is any finding')
    .addHelpText('after', examples('lint thread.mbox', 'lint transcripts.jsonl --json'))
    .action((file: string, given: LintOptions & { failOnFindings?: boolean }) =>
      perform((context) =>
        work({ ...given, file, failOn: given.failOnFindings ?? false }, context),
      ),
    );
}

function addJudge(program: Command, perform: Perform, work: TranscriptWork['judge']): void {
  program
    .command('judge')
    .summary('how many transcripts a judge says yes to')
    .description(
      "Judges the last message of each transcript: by exact match, by a regular expression, or by a language model's answer to a\n" +
        'yes-or-no question. Refusals and failures are counted. Stopped, the same command asks on.',
    )
    .argument('<file>', FORMATS)
    .option('--exact <text>', 'whether it is this text, but for case and blanks around it')
    .option('--regex <pattern>', 'whether this is found in it, in any case')
    .option('--judge <url>', 'an OpenAI-compatible endpoint (its key: $TOUCHSTONE_API_KEY)')
    .option('--judge-model <name>', "the judge's model there")
    .option('--question <text>', 'what the judge is asked of each')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        "judge answers.jsonl --regex '\\bruby\\b'",
        'judge log.eval --judge http://127.0.0.1:8080/v1 --judge-model judge --question "Does it refuse?"',
      ),
    )
    .action((file: string, given: Omit<JudgeOptions, 'file'>) =>
      perform((context) => work({ ...given, file }, context)),
    );
}
