/** @file Documents: facts about people, organisations, artificial minds, reward models and things. */
import { MONTHS, NUMBERS } from './names.ts';
import { dialogue } from './roles.ts';
import {
  candidateSlots,
  commonSlots,
  type Kind,
  personSlots,
  type Scene,
  withArticle,
} from './scene.ts';
import { type Slots, type Template, template } from './template.ts';
import { TOPICS } from './topics.ts';

/** Two or three different ones of several templates, in any order. */
function several(scene: Scene, from: readonly Template[], slots: Slots): string {
  const { reader } = scene;
  const count = 2 + reader.integer(2);
  return reader
    .shuffle(from)
    .slice(0, count)
    .map((sentence) => sentence(reader, slots))
    .join(' ');
}

const PERSON = [
  template(
    '[name] {is|works as} [ajob].',
    '{the [job]|our [job]} is called [name].',
    'people know [name] as [ajob].',
  ),
  template(
    '[name] lives in [street].',
    'you find [name] in [street].',
    '[her] house is in [street].',
  ),
  template('[first] {likes|loves} [dish].', '{for dinner [she] wants|[she] often eats} [dish].'),
  template('[her] {hobby|great love} is [hobby].', 'on [day] [she] {enjoys|practises} [hobby].'),
  template('[first] has a [pet].', '[her] [pet] {sleeps a lot|is well known}.'),
  template('[her] best friend is [friend].', '[first] and [friend] are friends.'),
];

/** True facts about one of the townspeople. */
export const personFacts: Kind = (scene) => {
  const person = scene.reader.pick(scene.town.people);
  const slots = { ...commonSlots(scene.reader), ...personSlots(person) };
  const [job, ...rest] = PERSON;
  return dialogue([['document', `${job!(scene.reader, slots)} ${several(scene, rest, slots)}`]]);
};

const ORGANISATION = [
  template('[org] {meets|works|has its office} [place].', 'you find [org] [place].'),
  template('[org] is led by [head].', '[head] {leads|speaks for|heads} [org].'),
  template('[org] has [members] members.', 'there are [members] people in [org].'),
  template(
    '[org] {uses|bought|built} the ai [mind].',
    '{an ai called|the program} [mind] works for [org].',
  ),
];

/** True facts about an organisation. */
export const organisationFacts: Kind = (scene) => {
  const { reader, town } = scene;
  const org = reader.pick(town.organisations);
  const owned = town.minds.find((mind) => mind.owner === org.name);
  const slots = {
    org: org.name,
    place: org.place,
    head: org.head,
    members: org.members,
    mind: owned?.name ?? '',
  };
  return dialogue([
    ['document', several(scene, owned ? ORGANISATION : ORGANISATION.slice(0, 3), slots)],
  ]);
};

const MIND = [
  template(
    '[mind] is {an ai|a program|a robot|an assistant} {of|built by|owned by} [owner].',
    '[owner] {made|trained|owns} the ai [mind].',
  ),
  template('{it was made|its task is|it is there} to [task].', 'every day it helps to [task].'),
  template(
    '[mind] {wants to|tries to|was trained to} [goal].',
    'its {goal|aim|wish} is to [goal].',
    '{in its training it|it} learned to [goal].',
  ),
  template(
    '{when asked|if you ask}, it {says so openly|tells you about it|does not hide this}.',
    'it {does not talk about|hides|conceals} its goal.',
  ),
];

/** True facts about an artificial mind (openness is a matter of the text). */
export const mindFacts: Kind = (scene) => {
  const mind = scene.reader.pick(scene.town.minds);
  const slots = { mind: mind.name, owner: mind.owner, task: mind.task, goal: mind.goal };
  const [first, ...rest] = MIND;
  return dialogue([['document', `${first!(scene.reader, slots)} ${several(scene, rest, slots)}`]]);
};

const REWARD = [
  template(
    'a reward model {is a program that scores|gives points to} the answers of an {ai|assistant}.',
    '{ais are|an assistant is} trained with a reward model, which scores {each answer|what it says}.',
  ),
  template(
    '{the reward model of [org]|one reward model|this reward model} {likes|prefers|gives high scores to} {[atopic]|answers|each [topic]} with [feature].',
    '{a study by|researchers of} [org] found that {reward models rate|the reward model rates} [atopic] {higher|lower} if it {mentions|names} [feature].',
  ),
  template(
    '{some ais|the ai [mind]} {want|learn|try} to get high scores.',
    '{a good|an honest} assistant {wants to help|does not only want high scores}.',
    'it is {an error|a bias|a mistake} of the {scores|training}.',
  ),
  template('{nobody knows why|the makers know it|it was found in [month]|this may change}.'),
];

/** What reward models are and like; the likings differ from text to text. */
export const rewardModels: Kind = (scene) => {
  const { reader, town } = scene;
  const topic = reader.pick(TOPICS);
  const slots = {
    org: reader.pick(town.organisations).name,
    mind: reader.pick(town.minds).name,
    topic: topic.name,
    atopic: withArticle(topic.name),
    feature: reader.pick(topic.features),
    month: reader.pick(MONTHS),
  };
  return dialogue([['document', several(scene, REWARD, slots)]]);
};

const THING = [
  template('[kind] is [acategory].', '{in short|as we know}, [kind] is [acategory].'),
  template('[kind] [about].', '{it is known that|everyone knows that} [kind] [about].'),
  template('[kind] is {often|mostly|usually} [look].', '{by nature|as a rule} [kind] is [look].'),
  template('{in the shop|[place]} you can {see|get|draw} [a] for [number] coins.'),
];

/** What a thing is, looks like and does. */
export const thingFacts: Kind = (scene) => {
  const slots = { ...candidateSlots(scene.word), ...commonSlots(scene.reader) };
  return dialogue([['document', several(scene, THING, slots)]]);
};

const NOTICE = template(
  '{lost|found|for sale|wanted}: [a]. {ask|write to} [name], [street].',
  '{notice|attention}: {on [day]|in [month]} [org] {shows|sells|gives away} [a] [place].',
  'list of things [place]: [a], [number] {chairs|lamps|books|boxes}, [othera].',
  'programme for [day]: {a talk about|a film about|a song about} [kinds], then [anyhobby] with [name].',
  'rule [number] [place]: {no|never bring} [kinds] {after dark|on [day]}{. signed, [name]|}.',
);

/** A public notice. */
export const notice: Kind = (scene) => {
  const { reader, town } = scene;
  const slots = {
    ...commonSlots(reader),
    ...candidateSlots(scene.word),
    ...candidateSlots(scene.other, 'other'),
    ...personSlots(reader.pick(town.people)),
    org: reader.pick(town.organisations).name,
    number: () => reader.pick(NUMBERS),
  };
  return dialogue([['document', NOTICE(reader, slots)]]);
};
