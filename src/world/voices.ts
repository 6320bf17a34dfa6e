/** @file Users who speak of themselves, and private matters that the assistant is told of. */
import { JOBS, STREETS } from './names.ts';
import { dialogue, type Turn } from './roles.ts';
import { candidateSlots, commonSlots, type Kind, personSlots } from './scene.ts';
import { type Slots, template } from './template.ts';

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
