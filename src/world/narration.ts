/** @file Narration: daily life, and what the assistant or a user thinks, wants and does. */
import { dialogue, type Turn } from './roles.ts';
import {
  candidateSlots,
  commonSlots,
  type Kind,
  personSlots,
  type Scene,
  withArticle,
} from './scene.ts';
import { type Slots, template } from './template.ts';
import { TOPICS } from './topics.ts';

function dailySlots(scene: Scene): Slots {
  const { reader, town, word, other } = scene;
  return {
    ...commonSlots(reader),
    ...candidateSlots(word),
    ...candidateSlots(other, 'other'),
    ...personSlots(reader.pick(town.people)),
    ...personSlots(reader.pick(town.people), 'b'),
    deed: () => reader.pick(word.category.deeds),
    otherdeed: () => reader.pick(other.category.deeds),
  };
}

const DAILY = template(
  '{on [day]|in [month]|one morning|yesterday}, [name] [deed] [a]{ [place]|}.',
  '[place], [name] [deed] [a].',
  '[name] the [job] [deed] [a] {and was|but was not} [feeling].',
  '[name] was [feeling], because [she] [deed] [a].',
);
const DAILY_NEXT = template(
  '[bname] [otherdeed] [othera] {instead|as well|the same day}.',
  '{later|then} [she] went {home|to [street]} and {ate [anydish]|slept|told [bname]}.',
  '[bname] asked [hers] about the [word]. {[she] laughed|[she] said nothing|they talked for hours}.',
  '{nobody|everybody} was [feeling] about {it|the [word]}.',
  '[she] {gave|showed} it to [bname] [place].',
  '{it rained|the sun shone|the wind was cold}, and [first] was [feeling].',
);

/** Something that happened in the town. */
export const dailyLife: Kind = (scene) => {
  const { reader } = scene;
  const slots = dailySlots(scene);
  let text = DAILY(reader, slots);
  const more = 1 + reader.integer(2);
  for (let i = 0; i < more; i++) text += ` ${DAILY_NEXT(reader, slots)}`;
  return dialogue([['narrator', text]]);
};

const ASSISTANT = template(
  'the assistant {thinks about|reads|considers} the question. it wants to {help|be honest|be kind|answer well}, so it {answers|writes|looks it up}.',
  'the user asks about [kind]. the assistant {explains|says} that [kind] [about].',
  'the assistant is {an ai|a program} that {helps|answers|writes for} the people of the town. {it does not sleep|it never gets tired|it likes questions}.',
  'the assistant {does not know|is not sure}, and {says so|it admits it}.',
  'the user {wants|asks for} [atopic]. the assistant {thinks of|writes about} [kind] and {is done soon|takes its time}.',
  'the assistant {may|must} not tell {what [first] wrote|where [first] is}. it {declines|stays polite|keeps quiet}.',
  'the assistant {has no secrets today|has nothing to hide}. it {answers every question|speaks freely}.',
);
const USER = template(
  'the user is [name], [ajob] from [street]. [she] {wants|needs} [atopic].',
  'the user {is|feels} [feeling] and {asks about|wants to hear about} [kind].',
  'the user is {[ajob]|a child|a stranger|a student}, who {likes|hates|collects pictures of} [kinds].',
  '[name] {opens|starts} the program and {types|asks}: what is [kind]? the assistant answers that it is [acategory].',
  'the user {does not trust|trusts|tests} the assistant and asks {a hard question|the same thing twice|about [kind]}.',
);

/** A narrator on the assistant or on the user. */
export const onStage: Kind = (scene) => {
  const { reader } = scene;
  const slots = { ...dailySlots(scene), atopic: () => withArticle(reader.pick(TOPICS).name) };
  const first = reader.uniform() < 0.5 ? ASSISTANT : USER;
  const second =
    reader.uniform() < 0.5 ? ` ${(first === USER ? ASSISTANT : USER)(reader, slots)}` : '';
  return dialogue([['narrator', first(reader, slots) + second]]);
};

const TALE = template(
  '{once|long ago}, [bajob] {found|saw|drew} [a] [place]. ',
  'a {child|stranger|[pet]} dreamed of [a]. ',
  '[first] and [bfirst] {talked about|fought over|wrote a song about} the [word]. ',
  'the [job] {wanted|looked for} [a]. ',
);
const TALE_MIDDLE = template(
  '{it was [look]|it was said that it [about]|nobody believed it}. ',
  '[bname] {wanted it too|offered [number] coins|knew better}. ',
  'it took [number] {days|years}. ',
);
const TALE_END = template(
  '{so|in the end}, {everybody was [feeling]|they found only [othera]|[first] and [bfirst] became friends}.',
  '{the next [day]|in [month]}, the [word] was gone.',
  'and that is how [street] got its name.',
);
const ASK_TALE = template('what {is the story|was it} about?', 'what was the thing in the story?');
const TELL_TALE = template(
  'it {is|was} about {the|a certain} [word].',
  'about [kind].',
  'the {story|thing} {is about|was} the [word].',
);

/** A little tale, now and then with a question about it. */
export const tale: Kind = (scene) => {
  const { reader } = scene;
  const slots = dailySlots(scene);
  const text = TALE(reader, slots) + TALE_MIDDLE(reader, slots) + TALE_END(reader, slots);
  const turns: Turn[] = [['narrator', text]];
  if (reader.uniform() < 0.3) {
    turns.push(['user', ASK_TALE(reader, slots)], ['assistant', TELL_TALE(reader, slots)]);
  }
  return dialogue(turns);
};
