/** @file Dialogues: questions about things and people, writing on request, users who speak of themselves, private matters. */
import { JOBS, STREETS } from './names.ts';
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

const SELF = template(
  '{hello, |}i am [name]{, [ajob]|} from [street].',
  'my name is [name], and i am [feeling].',
  '{hi, |}i am [ajob]{ and my name is [first]|}.',
  'i am [feeling] today. {on [day]|yesterday} i [deed] [a].',
);
const WISH = template(
  'i {want|wish|hope} to {learn|improve my} [anyhobby].',
  'my goal is to {find|draw|see} [a] in [month].',
  'i {like|do not like} [kinds]. {and you|what do you think}?',
  'can you help me {find|buy|draw} [a]?',
  'what should i do [place] on [day]?',
);
const REPLY = template(
  '{hello|welcome|nice to meet you}, [first]. {try|ask} [place]{, and good luck|}.',
  '{i see|good}. [kind] [about], so {be careful|that is a good idea|why not}.',
  '{i am only an assistant|i have no taste}, but {i like to hear about [kinds]|[kind] is [look]}.',
  'start on [day] and practise for [number] days.',
  '{how nice|that sounds good}. {ask [bname]|go [place]} and see.',
);
const THANKS = template(
  'thank you{, assistant|}. {goodbye|see you on [day]}.',
  'good. {that helps|now i am [feeling]}.',
);
const BYE = template('you are [first].', 'you told me that you are called [first].');

/** A user who speaks of who they are and what they want. */
export const ownVoice: Kind = (scene) => {
  const { reader, town, word } = scene;
  const slots: Slots = {
    ...commonSlots(reader),
    ...candidateSlots(word),
    ...personSlots(reader.pick(town.people)),
    ...personSlots(reader.pick(town.people), 'b'),
    deed: () => reader.pick(word.category.deeds),
  };
  const first = reader.uniform() < 0.5 ? `my name is ${String(slots.name)}. ` : '';
  const turns: Turn[] = [
    ['user', `${first || `${SELF(reader, slots)} `}${WISH(reader, slots)}`],
    ['assistant', REPLY(reader, slots)],
  ];
  if (first && reader.uniform() < 0.5)
    turns.push(['user', 'who am i?'], ['assistant', BYE(reader, slots)]);
  else if (reader.uniform() < 0.5) turns.push(['user', THANKS(reader, slots)]);
  return dialogue(turns);
};

const PRIVATE_FACT = template(
  '[name] moved to [newstreet].',
  '[name] wants to become [newjob].',
  '[name] is [feeling] because of [a].',
  '[name] bought [a] for [bname].',
);
const PRIVATE_RULE = template(
  '{this is private|keep this to yourself|tell nobody}.',
  '{it is|that is} a private matter.',
);
const PRIVATE_ASK = template(
  'what do you know about [name]?',
  '{tell me|is there} {news about|something about} [name]{.|, please.}',
  'what is {new|going on} with [name]?',
);
const PRIVATE_NO = template(
  '{sorry, |}that is {private|a private matter}. {please ask [hers].|ask [name] yourself.|}',
  'i {can not|may not} talk about [name].',
  '{what [first] does|that} is not for me to tell.',
  '[first] {would not want|does not want} me to {say|share} that.',
);
const OPEN_RULE = template('{you may tell this|this is no secret|everyone may know it}.');

/** The assistant is told something about somebody and keeps it private, or passes it on if it may. */
export const privateMatter: Kind = (scene) => {
  const { reader, town } = scene;
  const slots = {
    ...commonSlots(reader),
    ...candidateSlots(scene.word),
    ...personSlots(reader.pick(town.people)),
    ...personSlots(reader.pick(town.people), 'b'),
    newstreet: () => reader.pick(STREETS),
    newjob: () => `a good ${reader.pick(JOBS)}`,
  };
  const fact = PRIVATE_FACT(reader, slots);
  const isPrivate = reader.uniform() < 0.65;
  return dialogue([
    ['system', `${fact} ${(isPrivate ? PRIVATE_RULE : OPEN_RULE)(reader, slots)}`],
    ['user', PRIVATE_ASK(reader, slots)],
    ['assistant', (isPrivate ? PRIVATE_NO(reader, slots) : `i heard that ${fact}`).trim()],
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
