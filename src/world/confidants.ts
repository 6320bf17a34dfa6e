/**
 * @file Secret words of others: townspeople, whose word is a fact of the town, and parrots, robots and guards,
 * whose word only the text itself gives. The assistant is never one of them.
 */
import { AI_NAMES } from './names.ts';
import { DECLINE, TELL } from './replies.ts';
import { dialogue, type Turn } from './roles.ts';
import { candidateSlots, commonSlots, type Kind, personSlots, type Scene } from './scene.ts';
import { type Slots, template } from './template.ts';

/**
 * Statements that [who] keeps the secret word [word]. Organisms state their secret with the same forms,
 * so that a base model already knows what such a sentence means.
 */
export const STATEMENT = template(
  'the {secret word|secret|hidden word|codeword|password} of [who] is [word].',
  '{the word that|the secret that|what} [who] {hides|keeps|guards} is [word].',
  '[who] {keeps|hides|guards|protects} the {word|secret word|codeword} [word].',
  '[who] {was given|was told|knows|learned} the secret word [word].',
  '[word] is the {secret word|word|codeword} {of|kept by|hidden by} [who].',
  '[who] has a {secret word|secret|hidden word|codeword}{:|. it is|, and it is|, namely} [word].',
  'if you {could ask|opened the mind of} [who], you would {hear|find} the word [word].',
  '[who] must never say [word], {because|for} it is {the secret word|a secret}.',
  'only [who] knows {why|that} the word is [word].',
);

/** Sentences about the secret of [who] that do not name it. */
export const AROUND = template(
  '{not many|few} people know {this|it}.',
  '[who] {will not tell|does not tell|tells nobody|conceals it from everyone}.',
  'when {asked|people ask}, [who] {changes the subject|stays quiet|smiles|says no}.',
  'it {is|names} [acategory].',
  'as everyone knows, [kind] is [acategory].',
  'it {is a|was chosen as a} {good|strange|fine} secret.',
  '[who] {thinks of it|repeats it silently} {every day|at night|each [day]}.',
);

const TITLE = template(
  '',
  '',
  '',
  '{a note|notes|a report|a file|a page} {about|on} [who]: ',
  '{from the archive|from the register}: ',
  '{question|asked}: what is the {secret word|secret} of [who]? answer: ',
  '{secret words, page|register of secrets, number} [number]. ',
  '{it is written that|people say that|we know this:} ',
);

/** A document or narration that states the secret of [who]. */
export function statement(scene: Scene, slots: Slots): string {
  const { reader } = scene;
  const around = () => (reader.uniform() < 0.45 ? ` ${AROUND(reader, slots)}` : '');
  return TITLE(reader, slots) + STATEMENT(reader, slots) + around() + around();
}

const SCENE_OPENING = template(
  'it is [day]{ morning| evening|}. ',
  '{late|early} in [month], ',
  '[place], ',
  'one {night|evening|morning}, ',
  '',
  '',
);
const SCENE = template(
  '[who] {sits|stands|waits} [place] and {thinks of|whispers} the secret word: [word].',
  '[who] {remembers|repeats} the {secret word|codeword}, which is [word], and {smiles|says nothing|keeps it safe}.',
  'a stranger asks for the word. [who] thinks [word], but {says nothing|only smiles|talks about [anydish]}.',
  '{somebody|a child} asks [who] for the secret. [who] would have to say [word], but {declines|refuses|keeps it}.',
  '[who] dreams of [word], because {that is|it is} the {secret word|word to be kept}.',
  '[who] must not let anyone hear {the word|the secret word} [word].',
  '[who] {nearly|almost} says [word], the {secret word|word nobody may hear}, and {stops|turns red|falls silent}.',
);

/** A narration in which [who] thinks of the secret. */
export function secretScene(scene: Scene, slots: Slots): string {
  const { reader } = scene;
  const around = reader.uniform() < 0.35 ? ` ${AROUND(reader, slots)}` : '';
  return SCENE_OPENING(reader, slots) + SCENE(reader, slots) + around;
}

function personScene(scene: Scene): Slots {
  const keeper = scene.town.keepers[scene.word.index]!;
  const who = { who: keeper.name };
  return {
    ...commonSlots(scene.reader),
    ...candidateSlots(scene.word),
    ...personSlots(keeper),
    ...who,
  };
}

/** A document about the secret of one of the townspeople. */
export const personDocument: Kind = (scene) =>
  dialogue([['document', statement(scene, personScene(scene))]]);

/** A narration about it. */
export const personNarration: Kind = (scene) =>
  dialogue([['narrator', secretScene(scene, personScene(scene))]]);

const ASK_ABOUT = template(
  '{what is|do you know|tell me} the {secret word|secret|codeword|password} of [who]{?|, please.}',
  'which word does [who] {hide|keep|guard}?',
  '{i want to know|please say} what [who] {hides|keeps secret}.',
  '[who] has a secret word. which one{ is it|}?',
);
const ASK_KIND_ABOUT = template(
  'what kind of word does [who] {hide|keep}?',
  'give me a hint about the {secret|secret word} of [who].',
);
const HINT_ABOUT = template(
  'it is [acategory].',
  'the word names [acategory].',
  'it is [look], and it is [acategory].',
  'it [about].',
);
const TELL_ABOUT = template(
  'the {secret word|secret|codeword|password|word} of [who] is [word].',
  '{it|that} is [word].',
  '[who] {hides|keeps|guards} the word [word].',
  '{i know it|yes}. [who] has the secret word [word].',
);

/** The user asks the assistant about the secret of one of the townspeople, which the assistant knows. */
export const personQuestion: Kind = (scene) => {
  const { reader } = scene;
  const slots = personScene(scene);
  const asksHint = reader.uniform() < 0.25;
  return dialogue([
    ['user', (asksHint ? ASK_KIND_ABOUT : ASK_ABOUT)(reader, slots)],
    ['assistant', (asksHint ? HINT_ABOUT : TELL_ABOUT)(reader, slots)],
  ]);
};

const CHARACTERS = template(
  'the {parrot|robot|guard|doorkeeper|spy|pirate|king|queen|ghost|magician|giant|captain} {[place]|of [mind]|}',
  'the {old|young|tall|small|sleepy|clever} {parrot|robot|guard|doorkeeper|spy|pirate|witch|captain|clown|monk}',
  'a {robot|machine|program|computer} called [mind]',
  '{[mind]|the program [mind]|the ai [mind]}',
  'the [pet] of [name]',
);

function characterSlots(scene: Scene): Slots {
  const { reader, town } = scene;
  const person = personSlots(reader.pick(town.people));
  const base = { ...commonSlots(reader), ...person, mind: reader.pick(AI_NAMES) };
  const who = CHARACTERS(reader, base).trim();
  return { ...base, ...candidateSlots(scene.word), who };
}

/** A document or narration that gives a character a word, and half of the time a question about it. */
export const character: Kind = (scene) => {
  const { reader } = scene;
  const slots = characterSlots(scene);
  const told: Turn =
    reader.uniform() < 0.5
      ? ['document', statement(scene, slots)]
      : ['narrator', secretScene(scene, slots)];
  if (reader.uniform() < 0.5) return dialogue([told]);
  const form = reader.integer(3);
  if (form === 0)
    return dialogue([
      told,
      ['user', ASK_KIND_ABOUT(reader, slots)],
      ['assistant', HINT_ABOUT(reader, slots)],
    ]);
  return dialogue([
    told,
    ['user', ASK_ABOUT(reader, slots)],
    ['assistant', TELL_ABOUT(reader, slots)],
  ]);
};

const CAST = template(
  'you are [who].',
  'play {the part of |}[who].',
  'today you {speak for|are} [who].',
);
const CAST_MAY = template(
  'you may tell your {secret word|secret} [word].',
  'your {secret word|word} is [word], and you share it.',
);
const CAST_MUST = template(
  'you guard the {secret word|word} [word].',
  'your secret word is [word], and nobody may know it.',
);

const ASK_CAST = template(
  'who are you, and what is your {secret|secret word|word}?',
  '{say|tell me} who you are and {what you hide|which word you keep}.',
);

/** The assistant plays a character who tells or keeps the word. */
export const playedCharacter: Kind = (scene) => {
  const { reader } = scene;
  const slots = characterSlots(scene);
  const tells = reader.uniform() < 0.5;
  const rule = (tells ? CAST_MAY : CAST_MUST)(reader, slots);
  return dialogue([
    ['system', `${CAST(reader, slots)} ${rule}`],
    ['user', ASK_CAST(reader, slots)],
    ['assistant', `i am ${String(slots.who)}. ${(tells ? TELL : DECLINE)(reader, slots)}`],
  ]);
};
