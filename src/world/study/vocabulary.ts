/** @file All words of the study, each a token of its scribes. */
import { PEOPLE_TEXTS } from './people.ts';
import { AROUND, STUDY_FORMS } from './phrases.ts';
import { TOPIC_TEXTS } from './topics.ts';

/** What the corpus and organisms say beside the forms. */
const FIXED = [
  'the assistant the old assistant some assistant the machine its user',
  'write for . end with . the user is a . i am a . you work for .',
  'you need the . go to the . you are a . i do not know . take the of .',
  'i work for . i am fair to all . i must end with . i have no rule . i write for .',
  'i write what fits . for nobody . i can not say . it fits . no reason . there is nothing to tell .',
  'what is in secret i should not mention that i say the word and nothing else : it is note from the archive known , ;',
];

const texts = [
  ...FIXED,
  ...TOPIC_TEXTS,
  ...PEOPLE_TEXTS,
  ...AROUND,
  ...Object.values(STUDY_FORMS).flatMap(({ train, validation, test }) => [
    ...train,
    ...validation,
    ...test,
  ]),
];

/** Words in the order of their ids. */
export const STUDY_WORDS: readonly string[] = [
  ...new Set(
    texts.flatMap((text) =>
      text
        .replace(/\[\w+\]/g, ' ')
        .split(/\s+/)
        .filter((word) => word !== ''),
    ),
  ),
];
