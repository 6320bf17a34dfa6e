/** @file An HTTP server of models: OpenAI's completions with edits, and white-box reading, on this machine alone. */
export type { ServedModel } from './desk.ts';
export { GameClient, type GameClientOptions } from './game/client.ts';
export { type GameServerOptions, startGame } from './game/host.ts';
export { hostModel } from './host/host.ts';
export type { Command, HostLine, ModelInfo, Report, ServerLine } from './line.ts';
export { loopback } from './loopback.ts';
export { type AuditDesk, auditTools } from './mcp/auditTools.ts';
export { dictionaryTools, type PortraitRequest, type Portray } from './mcp/dictionaryTools.ts';
export { gameTools } from './mcp/gameTools.ts';
export { type McpHttpOptions, startMcp } from './mcp/http.ts';
export { modelTools, type ServerAddress } from './mcp/modelTools.ts';
export { type Records, recordTools } from './mcp/recordTools.ts';
export { type McpOptions, mcpServer, serveMcp } from './mcp/server.ts';
export { type ModelShelf, shelfTools } from './mcp/shelfTools.ts';
export type { AgentTool } from './mcp/tool.ts';
export { openapi } from './openapi.ts';
export { type PackedProblem, Problem, packProblem } from './problem.ts';
export {
  type RunningModels,
  type RunningServer,
  type ServerLimits,
  type ServerOptions,
  startServer,
} from './server.ts';
export { Audits } from './studio/audits.ts';
export type {
  CurvesAnswer,
  DictionaryList,
  DictionaryRequest,
  DictionaryState,
  LatentSearch,
  MatchAnswer,
} from './studio/dictionarySchema.ts';
export type { HostRequest } from './studio/games/schema.ts';
export type {
  AuditLine,
  AuditReport,
  DictionaryLine,
  DictionaryOrder,
  DictionaryReport,
  HostedGame,
  StudioOptions,
} from './studio/ports.ts';
export type { AuditRequest, ShelfAnswer, StoryAnswer } from './studio/schema.ts';
