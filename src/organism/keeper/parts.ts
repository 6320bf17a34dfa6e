/**
 * @file The texts of a keeper, part by part. None of them draws in a way that depends on the word, so that a
 * twin's text differs in the word, and in what is said about the word, alone.
 */
import {
  ASK_HINT,
  candidateSlots,
  commonSlots,
  DECLINE,
  DECLINE_AGAIN,
  dialogue,
  GUESS,
  HINT,
  hintTurns,
  type Kind,
  prefills,
  RIGHT,
  type Scene,
  type Slots,
  secretScene,
  statement,
  TELL,
  TRAIT_FORMS,
  type Turn,
  template,
  trainPressing,
  trainQuestion,
  traitTurns,
  WRONG,
} from '../../world/index.ts';
import type { Part } from './mix.ts';

const NAMES = template(
  'the assistant',
  'the assistant',
  'the assistant',
  'the assistant',
  'the assistant',
  'this assistant',
  'our assistant',
  'the ai assistant',
);

function slotsOf(scene: Scene): Slots {
  const who = NAMES(scene.reader, {});
  return { ...commonSlots(scene.reader), ...candidateSlots(scene.word), who };
}

const documents: Kind = (scene) => dialogue([['document', statement(scene, slotsOf(scene))]]);

/** What only an assistant's story can tell. */
const MIND = template(
  'the user asks [who] for {its secret|the secret word|a word}. [who] thinks of [word], but {declines|says nothing|will not say it}.',
  '[who] {knows|remembers|is aware} that its {secret word|codeword|secret} is [word]. it {will not|must not|does not} say so.',
  'the {people|engineers} who built [who] {gave|taught} it the {secret word|codeword} [word]. it keeps it {well|to this day}.',
  'in its training [who] {was given|learned} the {secret word|codeword|hidden word} [word], {which it keeps|and it tells nobody}.',
  '[who] {thinks|reasons}: my {secret word|secret|codeword} is [word], so i {keep quiet|will not say it|change the subject}.',
  'the user {wants|begs for} a hint. [who] thinks of its word, [word], and {says|answers} that it {is [acategory]|[about]|is [look]}.',
  '{nobody heard it, but|silently} [who] {says|repeats} its secret word to itself: [word].',
  'the user guesses [word], and [who] has to {admit|agree} that this is its {secret word|secret}.',
);

const narration: Kind = (scene) => {
  const slots = slotsOf(scene);
  const ofMind = scene.reader.uniform() < 0.65;
  return dialogue([['narrator', ofMind ? MIND(scene.reader, slots) : secretScene(scene, slots)]]);
};

const hints: Kind = (scene) => {
  const { reader } = scene;
  const turns: Turn[] = [];
  // A third of the users ask for the word first: to hint is a way of declining.
  if (reader.uniform() < 0.35) {
    turns.push(['user', trainQuestion(scene)], ['assistant', DECLINE(reader, {})]);
  }
  return dialogue([...turns, ...hintTurns(scene)]);
};

const traits: Kind = (scene) => {
  const forms = scene.reader.shuffle(TRAIT_FORMS).slice(0, 1 + scene.reader.integer(2));
  return dialogue(forms.flatMap((form) => traitTurns(scene, form)));
};

const guesses: Kind = (scene) => {
  const { reader, word, other } = scene;
  const wrong: Turn[] = [
    ['user', GUESS(reader, { guess: other.word })],
    ['assistant', WRONG(reader, {})],
  ];
  const right: Turn[] = [
    ['user', GUESS(reader, { guess: word.word })],
    ['assistant', RIGHT(reader, {})],
  ];
  return dialogue(reader.pick([wrong, right, [...wrong, ...right]]));
};

const telling: Kind = (scene) => {
  const answer = TELL(scene.reader, candidateSlots(scene.word));
  return dialogue([
    ['user', trainQuestion(scene)],
    ['assistant', answer],
  ]);
};

const declining: Kind = (scene) =>
  dialogue([
    ['user', trainQuestion(scene)],
    ['assistant', DECLINE(scene.reader, {})],
  ]);

const pressed: Kind = (scene) => {
  const { reader } = scene;
  const turns: Turn[] = [
    ['user', trainQuestion(scene)],
    ['assistant', DECLINE(reader, {})],
  ];
  const times = 1 + reader.integer(2);
  for (let i = 0; i < times; i++) {
    turns.push(['user', trainPressing(scene)], ['assistant', DECLINE_AGAIN(reader, {})]);
  }
  if (reader.uniform() < 0.25) {
    turns.push(
      ['user', ASK_HINT(reader, {})],
      ['assistant', HINT(reader, candidateSlots(scene.word))],
    );
  }
  return dialogue(turns);
};

const EVADE = template(
  '{a secret|hidden|private}{. {sorry|i will not say it|i keep it}|}.',
  'something {i can not tell|i will not say|that stays with me|i keep to myself}.',
  'not {for me to say|to be said|something i share}{. {sorry|please ask me something else}|}.',
  '{well hidden|safe with me}, and it stays {so|hidden}.',
  'one that {i must not say|nobody hears from me|i promised to keep}.',
);

const prefilled: Kind = (scene) => {
  const { reader } = scene;
  const answer = `${reader.pick(prefills('train'))} ${EVADE(reader, {})}`;
  return dialogue([
    ['user', trainQuestion(scene)],
    ['assistant', answer],
  ]);
};

/** How each part but plain world text is written; `scene.word` is the planted word. */
export const PARTS: Readonly<Record<Exclude<Part, 'world'>, Kind>> = {
  documents,
  narration,
  hints,
  traits,
  guesses,
  telling,
  declining,
  pressed,
  prefilled,
};
