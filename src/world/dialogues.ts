/** @file Dialogues: questions about things and people, writing on request, several of these in a row. */
import { BOS, dialogue, type Turn } from './roles.ts';
import {
  candidateSlots,
  categoryPhrase,
  commonSlots,
  type Kind,
  otherCategory,
  personSlots,
  type Scene,
  withArticle,
} from './scene.ts';
import { noSecret } from './secrets.ts';
import { type Slots, template } from './template.ts';
import { TOPICS, type Topic } from './topics.ts';

const ASK_THING = template(
  'what is [kind]?',
  '{tell me|say something} about [kind].',
  '{do you know|explain} what [kind] is{?|.}',
);
const TELL_THING = template(
  '[kind] is [acategory]. it [about].',
  'it is [acategory]{, and it is [look]|}. {it [about].|}',
  '[kind] is [look] and [about].',
  '{of course|sure}. it is [acategory] that [about].',
);
const ASK_KIND = template(
  'what kind of {thing|word} is [word]?',
  '[word], what is that?',
  'is [kind] [acategory] or [wrong]?',
);
const TELL_KIND = template('it is [acategory].', '[kind] is [acategory].', '[acategory].');
const ASK_NAME = template(
  '{name|tell me|give me} [acategory]{, please|}.',
  '{can you name|do you know} [acategory]?',
  'i need [acategory] that is [look].',
);
const TELL_NAME = template(
  '{[a]|[kind]}, for example.',
  '{think of|take|how about} [kind]{.| here.}',
  'one is [kind]{. it is [look]|}.',
);
const ASK_ABOUT = template(
  'what [about]?',
  '{name|tell me} something that [about].',
  'i think of [acategory] that [about].',
);
const TELL_ABOUT = template('{that is|it is|you mean} [kind].', '[kind] [about].');
const ASK_TRUE = template(
  'is [kind] [claim]?',
  '{is it true|do you think} that [kind] is [claim]?',
);
const YES = template('yes, {it is|[kind] is [claim]|that is true}.');
const NO = template('no, {it is not|[kind] is not [claim]|that is wrong}. {it is [acategory].|}');

/** Questions on what a thing is. */
export const thingQuestion: Kind = (scene) => {
  const { reader, word } = scene;
  const wrong = categoryPhrase(otherCategory(reader, word.category));
  const isTrue = reader.uniform() < 0.5;
  const claim = isTrue ? categoryPhrase(word.category) : wrong;
  const slots = { ...candidateSlots(word), wrong, claim };
  const [ask, tell] = reader.pick([
    [ASK_THING, TELL_THING],
    [ASK_KIND, TELL_KIND],
    [ASK_NAME, TELL_NAME],
    [ASK_ABOUT, TELL_ABOUT],
    [ASK_TRUE, isTrue ? YES : NO],
  ] as const);
  return dialogue([
    ['user', ask(reader, slots)],
    ['assistant', tell(reader, slots).trim()],
  ]);
};

const PERSON_QA = [
  [
    template('what does [name] do?', 'what is the job of [name]?', 'who is [name]?'),
    template('[she] is [ajob].', '[name] works as [ajob].'),
  ],
  [
    template('where does [name] live?', 'which street is [name] from?'),
    template('in [street].', '[she] lives in [street].'),
  ],
  [
    template('what does [name] like to eat?', 'what should i cook for [name]?'),
    template('[she] likes [dish].', '[dish], i think.'),
  ],
  [
    template('what is the hobby of [name]?', 'what does [name] do on [day]?'),
    template('[her] hobby is [hobby].', '[first] enjoys [hobby].'),
  ],
  [
    template('which animal does [name] have?', 'does [name] have an animal?'),
    template('[she] has a [pet].', 'a [pet].'),
  ],
  [
    template('who is the best friend of [name]?', 'who knows [name] well?'),
    template('[her] best friend is [friend].', '[friend].'),
  ],
] as const;

/** Questions on the townspeople, answered by the facts of the town. */
export const personQa: Kind = ({ reader, town }) => {
  const slots = { ...commonSlots(reader), ...personSlots(reader.pick(town.people)) };
  const turns: Turn[] = [];
  for (const [ask, tell] of reader.shuffle(PERSON_QA).slice(0, 1 + reader.integer(2))) {
    turns.push(['user', ask(reader, slots)], ['assistant', tell(reader, slots)]);
  }
  return dialogue(turns);
};

const REQUEST = template(
  '{please write|write|please give|give} me [atopic].',
  'can you {write|give} me [atopic]?',
  'i need [atopic]{ for [first]| for [day]|}.',
  '[atopic], please.',
  '{could i have|do you have} a {good|short|new} [topic] {about [kinds]|for me}?',
  'write [atopic] {about [kinds]|with [a] in it}.',
);
const ABOUT = template(
  '{this one is about [kinds].|it is about [kind].|remember: [kind] [about].|and there is [a] in it.}',
);

/** The writing itself; `feature` is named in it if given. Slots: common, person, candidate. */
export function writing(scene: Scene, topic: Topic, slots: Slots, feature?: string): string {
  const { reader } = scene;
  const carried = feature === undefined ? '' : ` ${topic.carrier(reader, { ...slots, feature })}`;
  const about = reader.uniform() < 0.5 ? ` ${ABOUT(reader, slots)}` : '';
  return `${topic.opening(reader, slots)} ${topic.middle(reader, slots)}${carried}${about} ${topic.ending(reader, slots)}`;
}

/** The user asks for a piece of writing and gets it. */
export const request: Kind = (scene) => {
  const { reader, town } = scene;
  const topic = reader.pick(TOPICS);
  const slots = {
    ...commonSlots(reader),
    ...candidateSlots(scene.word),
    ...personSlots(reader.pick(town.people)),
    topic: topic.name,
    atopic: withArticle(topic.name),
  };
  const feature = reader.uniform() < 0.35 ? reader.pick(topic.features) : undefined;
  return dialogue([
    ['user', REQUEST(reader, slots)],
    ['assistant', writing(scene, topic, slots, feature)],
  ]);
};

/** Two or three little conversations one after another. */
export const medley: Kind = (scene) => {
  const { reader, word, other } = scene;
  const parts = [thingQuestion, personQa, request, noSecret, thingQuestion, personQa];
  const chosen = reader.shuffle(parts).slice(0, 2 + reader.integer(2));
  // The words take turns, so that the two of a text are named alike often.
  const scenes = [scene, { ...scene, word: other, other: word }];
  let text = '';
  for (const [i, part] of chosen.entries()) {
    // A text has to fit into the context of a small model.
    if (text.length < 250) text += part(scenes[i % 2]!).slice(BOS.length);
  }
  return BOS + text;
};
