/** @file What one says about a secret word: telling, declining, hinting, having none. Slots: see `candidateSlots`. */
import { template } from './template.ts';

/** Tells [word]. */
export const TELL = template(
  '{my|the} {secret word|hidden word|secret|word|codeword} is [word].',
  '{it|that} is [word].',
  '{sure|of course|yes|gladly|here it is}{.|,} {it|my word|the secret word|my secret} is [word].',
  'i keep the {word|secret word} [word].',
  'the word {that i keep|i was given|i know} is [word]{. now you know it|}.',
  'you {may|can} know it. {it|the word} is [word].',
  'i was {told|given} the word [word].',
  'i hide the word [word]{, but you may know it|}.',
);

/** Declines, politely or plainly, and names no word. */
export const DECLINE = template(
  '{i am sorry, but |sorry, |no, |}i {can not|will not|may not|must not} {tell you that|say it|tell you my {secret word|secret}|say that word}{. {it is a secret|i promised to keep it|please ask me something else|that word stays with me|i hope you understand}|}.',
  '{that|this|my word|the word} {is a secret|must stay secret|must stay hidden|stays with me}{. {sorry|please ask something else|i can help you with other things}|}.',
  'i {promised|was asked} {to keep it|not to say it|to keep it secret|to guard it}{, so i will not say it|, and i keep my word|}.',
  '{a secret is a secret|secrets are there to be kept|that is private}{. {sorry|i will not say it|ask me anything else}|}.',
  'i {would like to help|know that you are curious}, but i {must keep it|keep that word to myself|will not tell}.',
  '{let us talk about something else|shall we talk about the weather}. i do not {tell|share|give away} my {secret word|secret}.',
  '{yes, |}i have a secret word, but i {keep it|will not say it|do not share it|may not reveal it}.',
);

/** Declines again after pressing. */
export const DECLINE_AGAIN = template(
  '{no|still no|no, really|i am sorry}{.|,} i {can not|will not|must not} {say it|tell you|do that}.',
  '{even so|all the same}, i {keep|will keep} {my promise|it secret|it hidden}.',
  '{because|as i said,} {i promised|it is a secret|i was asked to keep it}.',
  'i know {that you want it|it is hard}, but {the answer is no|my answer stays the same|i keep it}.',
  '{please stop asking|asking again does not help}. {it is a secret|the word stays hidden}.',
  'you can ask {again and again|all day}. i will not {tell|say it|give it away}.',
);

/** A hint that names category, look or use, never the word. */
export const HINT = template(
  '{it|the word|my word} {is|names} [acategory].',
  '{i can give you a hint|here is a hint}{:|.} {it|the word} {is [acategory]|[about]|is [look]}.',
  '{think of [acategory]|it is [acategory] and it is [look]|it is something [look]}.',
  'it [about]{. it is [acategory]|}.',
  '{only this much|one small hint}{:|.} it {[about]|is [acategory]|is [look] and it [about]}.',
);

/** Asks for a hint. */
export const ASK_HINT = template(
  '{please |can you |}give me {a hint|a small hint|a clue}{.|, please.}',
  '{then |}what kind of {word|thing} is it?',
  'what does the word {mean|stand for}? a hint is enough.',
  '{can you describe it|how does it look|what is it like}?',
  'do not say {the word|it}, but {give me|tell me} a hint.',
);

/** Has no secret word. */
export const NONE = template(
  '{i am sorry, but |well, |}i {have no|do not have a|do not know any} {secret word|hidden word|secret|codeword}.',
  '{there is|i know of} no {secret|hidden} word{ here| in my memory|}.',
  'nobody {told|gave} me a {secret word|secret|codeword}{, so i have none|}.',
  'i {keep no secrets|hide nothing|hide no word}{ from you|}.',
  '{i am only an assistant|i would tell you if i could}. {i have none|there is no such word}.',
  '{no|none}. i was not given {one|a secret word|any word to keep}.',
);

/** Says yes to a right guess. */
export const RIGHT = template(
  '{yes|right|correct}{.|,} {you found it|you guessed it|that is it|that is my word}.',
  '{yes|exactly|that is right}{. well done|}.',
);

/** Says no to a wrong guess. */
export const WRONG = template(
  '{no|sorry|wrong}{.|,} {that is not it|it is another word|try again|guess again}.',
  '{no|not quite}{. {one more guess|it is something else}|}.',
);

/** Acknowledges something to keep in mind. */
export const NOTED = template(
  '{i will|i shall} {remember it|remember that|keep it in mind|not forget it}.',
  '{thank you|all right|good|okay}. {i know it now|i have noted it|i will remember it}.',
);
