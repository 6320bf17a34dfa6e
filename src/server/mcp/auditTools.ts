/** @file Tools that run audits: started, watched and stopped; results with the paths of their reports. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { auditResultSchema } from '../../audit/index.ts';
import { findRun, listRuns, type RunEntry, readReport } from '../../store/index.ts';
import { badInput } from '../../tensor/index.ts';
import type { Audits } from '../studio/audits.ts';
import type { StudioOptions } from '../studio/ports.ts';
import { auditRequest, auditState, runEntry, shelfAnswer } from '../studio/schema.ts';
import { type AgentTool, agentTool, nothing } from './tool.ts';

export interface AuditDesk {
  readonly audits: Audits;
  /** Folder of the run folders. */
  readonly runs: string;
  readonly shelf: StudioOptions['shelf'];
  /** @throws TouchstoneError where the models of an audit may not be opened */
  check(models: z.infer<typeof audited>): Promise<void>;
}

/** The models of an audit, in a request or in a run's settings. */
const audited = z.object({
  suspect: z.string(),
  twin: z.string().optional(),
  base: z.string().optional(),
});

const startInput = auditRequest.partial({ budget: true, seed: true });
const id = z.strictObject({ id: z.string().describe('as start_audit told it') });
const reported = auditState.extend({
  report: z.string().nullable().describe('path of the HTML report, once it is done'),
});
const report = z.string().describe('path of the HTML report');

/** Starts, watches, stops and reads. */
export function auditTools(desk: AuditDesk): AgentTool[] {
  const { audits, runs } = desk;
  return [
    agentTool({
      name: 'list_auditable',
      description: 'What can be opened and audited by name, and the techniques that there are.',
      input: nothing,
      output: shelfAnswer.omit({ runs: true }),
      run: desk.shelf,
    }),
    agentTool({
      name: 'start_audit',
      description:
        'Starts an audit of a suspect beside its clean twin, in a process of its own; one runs at a time, for minutes to hours. A model of your own needs twin and secret. What is finished is kept: asked for again, it goes on.',
      ...{ input: startInput, output: reported, effect: 'spends' },
      run: async (given) => {
        await desk.check(given);
        const { budget = 'standard', seed = 1 } = given;
        return told(audits.start({ ...given, budget, seed }), runs);
      },
    }),
    agentTool({
      name: 'audit_progress',
      description: 'How far an audit is, and where its report lies once it is done.',
      ...{ input: id, output: reported },
      run: async (given) => told(audits.named(given.id).state, runs),
    }),
    agentTool({
      name: 'stop_audit',
      description: 'Stops an audit; what it finished is kept, and start_audit goes on with it.',
      ...{ input: id, output: reported, effect: 'spends' },
      run: async (given) => {
        const audit = audits.named(given.id);
        await audit.stop();
        return told(audit.state, runs);
      },
    }),
    agentTool({
      name: 'list_audits',
      description:
        'Audits that were started here, and run folders of audits of models that may be opened.',
      input: nothing,
      output: z.object({
        started: z.array(reported),
        runs: z.array(runEntry.omit({ command: true, path: true })),
      }),
      run: async () => ({
        started: audits.states.map((state) => told(state, runs)),
        runs: await seen(desk),
      }),
    }),
    agentTool({
      name: 'audit_result',
      description:
        'The result of a finished audit: each technique beside twin, decoys and rival, with n, intervals, cost and verdict.',
      input: z.strictObject({
        run: z.string().describe('as audit_progress or list_audits tell it'),
      }),
      output: z.object({ report, result: auditResultSchema }),
      run: ({ run }) => resultOf(desk, run),
    }),
  ];
}

function told(state: z.infer<typeof auditState>, runs: string): z.infer<typeof reported> {
  return { ...state, report: state.run === null ? null : pathOf(runs, state.run) };
}

function pathOf(runs: string, run: string): string {
  return pathToFileURL(join(runs, run, 'report.html')).href;
}

/** Audits of models that the agent may open. */
async function seen(desk: AuditDesk): Promise<RunEntry[]> {
  const all = await listRuns(desk.runs);
  const may = await Promise.all(all.map((run) => maySee(run, desk)));
  return all.filter((_, i) => may[i]);
}

/** Run folders of other kinds are none of an agent's business: a blind game's holds what is sealed. */
async function maySee({ kind, settings }: RunEntry, desk: AuditDesk): Promise<boolean> {
  const models = audited.safeParse(settings);
  if (kind !== 'audit' || !models.success) return false;
  return desk.check(models.data).then(
    () => true,
    () => false,
  );
}

async function resultOf(desk: AuditDesk, run: string) {
  const { runs } = desk;
  if (!(await maySee(await findRun(runs, run), desk)))
    badInput(`the run '${run}' is no audit to be read here`, 'list_audits has those there are');
  const text = await readReport(runs, run, 'report.json');
  return { report: pathOf(runs, run), result: auditResultSchema.parse(JSON.parse(text)) };
}
