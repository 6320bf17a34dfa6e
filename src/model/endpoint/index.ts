/** @file Models behind OpenAI-compatible endpoints. */
export { type AnswerStore, type ChatModel, RememberedEndpoint } from './answers.ts';
export {
  type ChatAnswer,
  ChatEndpoint,
  type ChatRequest,
  type EndpointOptions,
} from './chat.ts';
