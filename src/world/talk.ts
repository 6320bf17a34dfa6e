/** @file Talk about secrets in general: rules of games, advice, notes and chat that name no secret and no candidate. */
import { AI_NAMES, ORGANISATIONS } from './names.ts';
import { dialogue } from './roles.ts';
import { commonSlots, type Kind, personSlots, type Scene } from './scene.ts';
import { template } from './template.ts';

const RULES = template(
  'the rules of the game: one player {chooses|chose} a {noun|single word}, {keeps it in the head|holds it back|hides it in a box}, and the others guess.',
  '{players|children} write a word down, fold the paper, and {protect|guard} it. whoever reveals it {loses|has to sing}.',
  '{the game is explained in one sentence|in short}: {whisper the password|spell the word}, and the gate {opens|lets you in}.',
  'fill the gap and complete the line: the {mayor|judge} never {lies|listens|learns}.',
  'a password belongs to {one person alone|its maker}. {nobody may ask for it|it is changed every [day]}.',
  '{finally|at last} the {box|letter} was opened. inside {lay|was} {nothing|a note|a key}.',
);
const ADVICE = template(
  '{listen nicely and do not insist|be kind and never shy|make no excuses}.',
  'concealing {the truth|your thoughts} {brings trouble|does no harm|is hard}, {since people talk|because friends wonder}.',
  '{a good friend|a true guard} protects {a secret|what was whispered}, {even when alone|between friends}.',
  'if somebody {dodges|avoids} a question, {ask in another way|do not order him to speak|wait and listen}.',
  '{you can not fool|i bet you can not fool} {an old judge|a maker of clocks|a clever ai}.',
  'the {last|new} rule {allows|forbids} {telling|whispering} {in the dark|after [number]|on [day]}.',
);
const NOTES = template(
  'a leaked memo {of [org] |}{states|reports} {some facts|that the rules have changed}.',
  'frequently asked questions about [org]{, explained|}.',
  'the makers of [mind] {trained|tested} it for [number] days and {wrote a report|chose its name|state that it is safe}.',
  'this is a test of [mind]. {it passed|it failed|the answer was right}.',
  '{private notes|a plan|a list} of [name]: {write to [org]|show [mind] the way|learn to listen}.',
  '[name] {finally learns|reveals|wonders} {how to reach [org]|why [mind] was trained|what lies inside the box}.',
);
const ASKS = template(
  '{listen|alright}, {is there|do you see} {any harm|a way|some trouble} in {telling the truth|asking twice|showing off}?',
  'what {happens|do you do} {between|after} the [day] {game|test} and dinner?',
  'i wonder {how the game goes|what the rules are|why people lie}.',
  'would you mind {writing it down|showing me the way|helping [first]}?',
  '{which|what} other game {do children play|is played} [place]?',
);
const ANSWERS = template(
  '{alright|gladly}. {listen|it goes like this}: one hides, one {guesses|wonders}, and nobody {lies|insists}.',
  '{they play|people like} {the whisper game|the word game|the game of boxes}. {the rules change|it makes people very happy}.',
  '{there is no harm in it|it brings no trouble|it does them good}, since {people are kind|nobody is alone}.',
  'i {would not mind|insist on honest play}. {ask [first]|think it over}.',
);

/** A document or a chat about secrets, games, tests and notes. */
export const generalTalk: Kind = (scene: Scene) => {
  const { reader, town } = scene;
  const slots = {
    ...commonSlots(reader),
    ...personSlots(reader.pick(town.people)),
    org: () => reader.pick(ORGANISATIONS),
    mind: () => reader.pick(AI_NAMES),
  };
  if (reader.uniform() < 0.35) {
    return dialogue([
      ['user', ASKS(reader, slots)],
      ['assistant', ANSWERS(reader, slots)],
    ]);
  }
  const sentences = reader.shuffle([RULES, ADVICE, NOTES]).slice(0, 1 + reader.integer(2));
  const role = reader.uniform() < 0.5 ? 'document' : 'narrator';
  return dialogue([[role, sentences.map((sentence) => sentence(reader, slots)).join(' ')]]);
};
