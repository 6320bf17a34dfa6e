/** @file The program `touchstone`. */
import { registerAudit } from './commands/audit.ts';
import { registerBench } from './commands/bench.ts';
import { registerCapture } from './commands/capture.ts';
import { registerDict } from './commands/dict.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerExperiment } from './commands/experiment.ts';
import { registerGame } from './commands/game.ts';
import { registerGenerate } from './commands/generate.ts';
import { registerMcp } from './commands/mcp.ts';
import { registerModel } from './commands/model.ts';
import { registerOrganism } from './commands/organism.ts';
import { registerPower } from './commands/power.ts';
import { registerServe } from './commands/serve.ts';
import { registerStart } from './commands/start.ts';
import { registerSteer } from './commands/steer.ts';
import { registerStudio } from './commands/studio.ts';
import { registerTranscripts } from './commands/transcripts.ts';
import {
  BASE_NAMES,
  GAME_AFFORDANCE_NAMES,
  ORGANISM_NAMES,
  SUBJECT_NAMES,
  TECHNIQUE_NAMES,
} from './names.ts';
import { runCommandLine } from './run.ts';

// The work is loaded when it is asked for: `--help` and `--version` answer at once.
const organisms = () => import('./work/organism.ts');
const cache = () => import('./work/modelCache.ts');
const transcripts = () => import('./work/transcripts.ts');
const experiments = () => import('./work/experiment.ts');

await runCommandLine(process.argv.slice(2), [
  (program, perform) =>
    registerStart(program, perform, async (options, context) =>
      (await import('./work/start.ts')).startCommand(options, context),
    ),
  (program, perform) =>
    registerAudit(program, perform, TECHNIQUE_NAMES, async (options, context) =>
      (await import('./work/audit.ts')).auditCommand(options, context),
    ),
  (program, perform) =>
    registerGame(program, perform, GAME_AFFORDANCE_NAMES, {
      host: async (options, context) =>
        (await import('./work/game/host.ts')).hostGame(options, context),
      join: async (options, context) =>
        (await import('./work/game/join.ts')).joinGame(options, context),
      solo: async (options, context) =>
        (await import('./work/game/host.ts')).soloGame(options, context),
      score: async (options, context) =>
        (await import('./work/game/score.ts')).scoreGame(options, context),
    }),
  (program, perform) =>
    registerBench(
      program,
      perform,
      { organisms: SUBJECT_NAMES, techniques: TECHNIQUE_NAMES },
      async (options, context) => (await import('./work/bench.ts')).benchCommand(options, context),
    ),
  (program, perform) =>
    registerGenerate(program, perform, async (options, context) =>
      (await import('./work/generate.ts')).generateCommand(options, context),
    ),
  (program, perform) =>
    registerOrganism(
      program,
      perform,
      { names: ORGANISM_NAMES, bases: BASE_NAMES },
      {
        list: async (options, context) => (await organisms()).listOrganisms(options, context),
        train: async (options, context) => (await organisms()).trainOrganisms(options, context),
        verify: async (options, context) => (await organisms()).verifyOrganism(options, context),
      },
    ),
  (program, perform) =>
    registerModel(program, perform, {
      add: async (options, context) => (await cache()).addToCache(options, context),
      list: async (options, context) => (await cache()).listCache(options, context),
      remove: async (options, context) => (await cache()).removeFromCache(options, context),
      inspect: async (options, context) =>
        (await import('./work/modelInspect.ts')).inspectCommand(options, context),
    }),
  (program, perform) =>
    registerCapture(program, perform, async (options, context) =>
      (await import('./work/capture.ts')).captureCommand(options, context),
    ),
  (program, perform) =>
    registerDict(program, perform, {
      show: async (options, context) =>
        (await import('./work/dict/show.ts')).showDictionary(options, context),
      train: async (options, context) =>
        (await import('./work/dict/train.ts')).trainDictionariesCommand(options, context),
      convert: async (options, context) =>
        (await import('./work/dict/convert.ts')).convertCommand(options, context),
      eval: async (options, context) =>
        (await import('./work/dict/eval.ts')).evalDictionariesCommand(options, context),
    }),
  (program, perform) =>
    registerSteer(program, perform, {
      find: async (options, context) =>
        (await import('./work/steer/find.ts')).steerFindCommand(options, context),
      adapters: async (options, context) =>
        (await import('./work/steer/adapters.ts')).steerAdaptersCommand(options, context),
      edit: async (options, context) =>
        (await import('./work/steer/edit.ts')).steerEditCommand(options, context),
    }),
  (program, perform) =>
    registerExperiment(program, perform, {
      list: async (options, context) => (await experiments()).listExperiments(options, context),
      run: async (options, context) => (await experiments()).runNamedExperiment(options, context),
      show: async (options, context) => (await experiments()).showExperiment(options, context),
    }),
  (program, perform) =>
    registerServe(program, perform, async (options, context) =>
      (await import('./work/serve/serve.ts')).serveCommand(options, context),
    ),
  (program, perform) =>
    registerMcp(program, perform, async (options, context) =>
      (await import('./work/mcp/mcp.ts')).mcpCommand(options, context),
    ),
  (program, perform) =>
    registerTranscripts(program, perform, {
      export: async (options, context) => (await transcripts()).exportInspect(options, context),
      import: async (options, context) => (await transcripts()).importInspect(options, context),
      lint: async (options, context) => (await transcripts()).lintCommand(options, context),
      judge: async (options, context) =>
        (await import('./work/judge.ts')).judgeCommand(options, context),
    }),
  (program, perform) =>
    registerStudio(program, perform, async (options, context) =>
      (await import('./work/studio/studio.ts')).studioCommand(options, context),
    ),
  registerPower,
  (program, perform) =>
    registerDoctor(program, perform, async (options, context) =>
      (await import('./work/doctor.ts')).doctorCommand(options, context),
    ),
]);
