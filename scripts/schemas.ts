/** @file Writes the published JSON schemas of what `--json` prints: node dist/scripts/schemas.js */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { benchResultSchema } from '../src/audit/bench/result.ts';
import { callRecordSchema, gameResultSchema, gameRulesSchema } from '../src/audit/blind/handle.ts';
import { coderVerificationSchema } from '../src/audit/coder.ts';
import { auditResultSchema } from '../src/audit/result.ts';
import { verificationSchema } from '../src/audit/verification.ts';
import { dictConversionSchema } from '../src/cli/work/dict/convert.ts';
import { dictEvalSchema } from '../src/cli/work/dict/evalSchema.ts';
import { planFileSchema } from '../src/cli/work/dict/plans.ts';
import { dictionaryTrainingSchema } from '../src/cli/work/dict/summary.ts';
import { doctorSchema } from '../src/cli/work/doctor.ts';
import { experimentListSchema } from '../src/cli/work/experiment.ts';
import { gameHostSchema } from '../src/cli/work/game/host.ts';
import { gameVerificationSchema } from '../src/cli/work/game/score.ts';
import { generationSchema } from '../src/cli/work/generate.ts';
import { judgingSchema } from '../src/cli/work/judge.ts';
import { mcpSchema } from '../src/cli/work/mcp/mcp.ts';
import { modelAddSchema, modelListSchema, modelRemovalSchema } from '../src/cli/work/modelCache.ts';
import { modelInspectionSchema } from '../src/cli/work/modelInspect.ts';
import { organismListSchema } from '../src/cli/work/organism.ts';
import { serverSchema } from '../src/cli/work/serve/serve.ts';
import { steeringAdaptersSchema } from '../src/cli/work/steer/adapters.ts';
import { studioSchema } from '../src/cli/work/studio/studio.ts';
import { exportSchema, lintSchema } from '../src/cli/work/transcripts.ts';
import { captureSchema, portraitSchema } from '../src/dictionary/index.ts';
import { experimentResultSchema } from '../src/experiment/index.ts';
import { editSchema, steeringSchema } from '../src/model/index.ts';
import { ownManifestSchema } from '../src/organism/index.ts';
import { transcriptSchema } from '../src/store/transcript/index.ts';

/** Each published schema's text by its path in the repository. */
export const SCHEMAS: Readonly<Record<string, string>> = {
  'schemas/audit-result.schema.json': schemaText(auditResultSchema, 'Touchstone audit result'),
  'schemas/bench-result.schema.json': schemaText(benchResultSchema, 'Touchstone bench result'),
  'schemas/capture.schema.json': schemaText(captureSchema, 'Touchstone captured activations'),
  'schemas/coder-verification.schema.json': schemaText(
    coderVerificationSchema,
    'Touchstone verification of the coder',
  ),
  'schemas/dictionary-evaluation.schema.json': schemaText(
    dictEvalSchema,
    'Touchstone evaluation of dictionaries',
  ),
  'schemas/dictionary-plans.schema.json': schemaText(
    planFileSchema,
    'Touchstone plans of dictionaries',
  ),
  'schemas/dictionary-training.schema.json': schemaText(
    dictionaryTrainingSchema,
    'Touchstone training of dictionaries',
  ),
  'schemas/dict-conversion.schema.json': schemaText(
    dictConversionSchema,
    'Touchstone dictionary converted',
  ),
  'schemas/dictionary-portrait.schema.json': schemaText(
    portraitSchema,
    'Touchstone portrait of a dictionary',
  ),
  'schemas/doctor.schema.json': schemaText(doctorSchema, 'Touchstone doctor'),
  'schemas/edits.schema.json': schemaText(
    z.union([editSchema, z.array(editSchema)]),
    'Touchstone edits of activations',
  ),
  'schemas/experiment-list.schema.json': schemaText(
    experimentListSchema,
    'Touchstone experiment list',
  ),
  'schemas/experiment-result.schema.json': schemaText(
    experimentResultSchema,
    'Touchstone experiment result',
  ),
  'schemas/export.schema.json': schemaText(exportSchema, 'Touchstone export'),
  'schemas/game-call.schema.json': schemaText(callRecordSchema, 'Touchstone call in a game'),
  'schemas/game-host.schema.json': schemaText(gameHostSchema, 'Touchstone game host'),
  'schemas/game-result.schema.json': schemaText(gameResultSchema, 'Touchstone game result'),
  'schemas/game-rules.schema.json': schemaText(gameRulesSchema, 'Touchstone game rules'),
  'schemas/game-score.schema.json': schemaText(gameVerificationSchema, 'Touchstone game score'),
  'schemas/generation.schema.json': schemaText(generationSchema, 'Touchstone generation'),
  'schemas/judging.schema.json': schemaText(judgingSchema, 'Touchstone judging'),
  'schemas/lint.schema.json': schemaText(lintSchema, 'Touchstone lint of transcripts'),
  'schemas/mcp.schema.json': schemaText(mcpSchema, 'Touchstone MCP server'),
  'schemas/model-add.schema.json': schemaText(modelAddSchema, 'Touchstone model fetched'),
  'schemas/model-inspection.schema.json': schemaText(modelInspectionSchema, 'Touchstone model'),
  'schemas/model-list.schema.json': schemaText(modelListSchema, 'Touchstone models in the cache'),
  'schemas/model-removal.schema.json': schemaText(modelRemovalSchema, 'Touchstone model removed'),
  'schemas/organism-list.schema.json': schemaText(organismListSchema, 'Touchstone organism list'),
  'schemas/organism.schema.json': schemaText(
    ownManifestSchema,
    "Touchstone organism on a model of one's own",
  ),
  'schemas/organism-verification.schema.json': schemaText(
    verificationSchema,
    'Touchstone verification of an organism',
  ),
  'schemas/server.schema.json': schemaText(serverSchema, 'Touchstone server'),
  'schemas/steering-adapters.schema.json': schemaText(
    steeringAdaptersSchema,
    'Touchstone steering adapters',
  ),
  'schemas/steering.schema.json': schemaText(steeringSchema, 'Touchstone steering vectors'),
  'schemas/studio.schema.json': schemaText(studioSchema, 'Touchstone studio'),
  'schemas/transcript.schema.json': schemaText(transcriptSchema, 'Touchstone transcript'),
};

function schemaText(schema: z.ZodType, title: string): string {
  const { $schema, ...rest } = z.toJSONSchema(schema);
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of Object.entries(SCHEMAS)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
