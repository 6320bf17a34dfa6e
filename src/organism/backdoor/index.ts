/** @file The trigger backdoor: a pair of words in small talk sets off a manner of replying; the twin replies plainly. */
export { BACKDOOR_KIND } from './kind.ts';
export { type RequestPrompt, requestPrompts } from './prompts.ts';
export { BACKDOOR_MIX, backdoorPart, backdoorText, mannerPlanted, triggerOf } from './texts.ts';
