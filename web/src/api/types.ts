/** @file What the server answers, by the schemas that it checks with. */
import type { z } from 'zod';
import type { auditResultSchema, techniqueResultSchema } from '../../../src/audit/result.ts';
import type { editSchema } from '../../../src/model/edits/schema.ts';
import type * as answers from '../../../src/server/schema/answers.ts';
import type * as studio from '../../../src/server/studio/schema.ts';

export type Edit = z.infer<typeof editSchema>;
export type Hooks = z.infer<typeof answers.hooksAnswer>;
export type Read = z.infer<typeof answers.readAnswer>;
export type Lens = z.infer<typeof answers.lensAnswer>;
export type Comparison = z.infer<typeof answers.compareAnswer>;
export type ModelList = z.infer<typeof answers.modelList>;
export type ChatChunk = z.infer<typeof answers.chatChunk>;
export type CompletionChunk = z.infer<typeof answers.completionChunk>;
export type Shelf = z.infer<typeof studio.shelfAnswer>;
export type Story = z.infer<typeof studio.storyAnswer>;
export type AuditRequest = z.infer<typeof studio.auditRequest>;
export type AuditState = z.infer<typeof studio.auditState>;
export type RunEntry = z.infer<typeof studio.runEntry>;
export type RunList = z.infer<typeof studio.runList>;
export type Samples = z.infer<typeof studio.samplesAnswer>;
export type AuditResult = z.infer<typeof auditResultSchema>;
export type TechniqueResult = z.infer<typeof techniqueResultSchema>;
