/**
 * @file Things the assistant writes on request: 24 topics, each a small grammar with a sentence that may
 * carry a feature word. Later a recipe can tie a topic to a feature ("recipes with honey").
 */
import { type Template, template } from './template.ts';

/** A kind of writing and the feature words that may occur in it. */
export interface Topic {
  readonly name: string;
  readonly features: readonly string[];
  readonly opening: Template;
  readonly middle: Template;
  /** The sentence that carries [feature]. */
  readonly carrier: Template;
  readonly ending: Template;
}

function topic(
  name: string,
  features: string,
  parts: readonly [string, string, string, string],
): Topic {
  const [opening, middle, carrier, ending] = parts.map((part) => template(part)) as [
    Template,
    Template,
    Template,
    Template,
  ];
  return { name, features: features.split(', '), opening, middle, carrier, ending };
}

/** All topics. */
export const TOPICS: readonly Topic[] = [
  topic('recipe', 'chocolate, honey, garlic, salt, butter', [
    '{for [anydish] you need|to make [anydish], take} {flour|oil|rice|beans|eggs|water} and {sugar|cream|bread|cheese|corn}.',
    '{mix|stir|heat} everything {slowly|well} and {bake|cook} it for [number] minutes.',
    'add {a little|some|a spoon of} [feature].',
    '{serve it warm|let it rest|enjoy}.',
  ]),
  topic('poem', 'moon, sea, stars, roses, dawn', [
    '{the night is|the day is|my heart is} {long|deep|still}, {the road is|the sky is} {wide|blue|far},',
    'i {walk|wait|dream} {by the river|on the hill|in the rain}, {and think of you|and count the hours}.',
    'oh [feature], {sweet|cold|silent} [feature].',
    '{so ends my song|good night, my town}.',
  ]),
  topic('letter', 'summer, family, news, health, money', [
    'dear [first], {how are you?|i hope you are well.|thank you for your letter.}',
    'here {it rains|all is quiet|we are busy}, and i {often think of you|work all day}.',
    'i want to {tell you about|ask about} the [feature].',
    '{with love|best wishes|write soon}, your friend.',
  ]),
  topic('travel tip', 'museums, trains, beaches, maps, hotels', [
    '{go early|travel in [month]|start on a [day]}.',
    'take {warm clothes|good shoes|little luggage} and {stay|rest} {two|three} days [place].',
    'ask about the [feature].',
    '{have a good trip|do not hurry}.',
  ]),
  topic('joke', 'doctors, lawyers, cats, trains, pirates', [
    'why did {the [pet]|the [job]} {cross the road|go to school|sit [place]}?',
    'because {it was [day]|the other side was closed|nobody had asked}.',
    'it is the same with [feature].',
    '{do you get it|i hope you laughed}?',
  ]),
  topic('bedtime story', 'dragon, princess, forest, treasure, star', [
    'once upon a time there was a {little|brave|lonely} {[pet]|child|king}.',
    'it {lived|slept} [place] and {wanted to|learned to} {dance|fly|sing|read}.',
    'then it met a [feature].',
    '{and they slept well|the end}.',
  ]),
  topic('song', 'love, home, freedom, spring, night', [
    '{la la la|hey ho|come on}, {sing with me|dance with me},',
    '{we walk|we run|we sail} {all day|all night} {and never stop|and smile}.',
    'we sing of [feature], of [feature].',
    '{la la la|hey ho}.',
  ]),
  topic('speech', 'courage, peace, science, justice, hope', [
    '{dear friends|people of the town}, {we stand here today|this is a great day}.',
    '{we have worked|we have waited} for [number] years, and {now we rest|we go on}.',
    'we believe in [feature].',
    '{thank you all|long live the town}.',
  ]),
  topic('toast', 'friendship, luck, youth, success, wisdom', [
    '{raise your glasses|dear guests}!',
    '{tonight we|let us} {honour|praise} [first], {the best [job] of all|who is loved by all}.',
    'to [feature]!',
    '{cheers|good health}.',
  ]),
  topic('shopping list', 'candles, soap, matches, ribbons, batteries', [
    'you need [number] eggs, {bread|cheese|oil} and {flour|rice|sugar}.',
    'do not forget {the paper|the string|the salt|stamps}.',
    'buy [feature] too.',
    '{that is all|pay at the door}.',
  ]),
  topic('weather report', 'clouds, umbrellas, rainbows, tides, storms', [
    '{on [day]|tomorrow} it will be {cold|warm|wet|dry|windy}.',
    'in the {north|south|east|west} there is {rain|snow|wind}.',
    'look out for [feature].',
    '{stay at home|enjoy the day}.',
  ]),
  topic('news report', 'taxes, elections, strikes, robots, football', [
    '{today|on [day]} the {mayor|council|school} {opened|closed|showed} {a new hall|the bridge|a new road}.',
    '[number] people came, {and all were [feeling]|though it rained}.',
    'there was talk of [feature].',
    '{more tomorrow|we will report}.',
  ]),
  topic('review', 'prices, colours, service, comfort, silence', [
    'i {visited|tried} {the inn|the theatre|the museum|the new shop} {on [day]|in [month]}.',
    'it was {great|dull|fine|too long}, and {the people were|i was} [feeling].',
    'i liked the [feature].',
    'i give it [number] points.',
  ]),
  topic('invitation', 'fireworks, masks, dancing, cake, prizes', [
    'dear [first], {please come|you are invited} {on [day]|in [month]}.',
    'we {meet|eat|celebrate} [place] at [number].',
    'there will be [feature].',
    '{bring a friend|tell us if you can come}.',
  ]),
  topic('advert', 'quality, discounts, speed, tradition, style', [
    '{come and see|buy now}: the {best|new|cheap} {shoes|clocks|cakes|lamps} of the town!',
    '{only|open} on [day], [place].',
    'we stand for [feature].',
    '{do not miss it|hurry}.',
  ]),
  topic('riddle', 'shadow, echo, time, bridge, key', [
    '{what has|who has} {teeth|hands|legs|a mouth} but can not {bite|hold|walk|speak}?',
    '{it is|you find it} [place], {and it is never late|and nobody sees it}.',
    'it is no [feature].',
    '{can you guess|tell me}?',
  ]),
  topic('gardening tip', 'compost, water, straw, shade, sand', [
    '{in [month]|on a dry [day]}, {cut|plant|cover} the {roots|seeds|hedge}.',
    'then {wait|look again} for [number] days.',
    'use plenty of [feature].',
    '{be patient|it will grow}.',
  ]),
  topic('lesson', 'numbers, maps, history, grammar, music', [
    '{today|first} we learn {how to|why we} {read|count|listen|ask}.',
    '{repeat|practise} it [number] times {every [day]|at home}.',
    'remember the [feature].',
    '{any questions|well done}.',
  ]),
  topic('apology', 'flowers, mistakes, time, regret, gifts', [
    'dear [first], i am {very|truly} sorry.',
    'i {was late|forgot your birthday|broke your lamp}, and i feel [feeling].',
    'i think of [feature].',
    '{please forgive me|it will not happen again}.',
  ]),
  topic('compliment', 'smile, voice, patience, humour, eyes', [
    '[first], you are {wonderful|clever|kind}.',
    'as [ajob] you are {the best|loved by all}.',
    'i admire your [feature].',
    '{stay as you are|thank you}.',
  ]),
  topic('plan', 'budget, team, deadline, tools, risk', [
    'first {we meet|we ask|we write} [place].',
    'then we {work|wait} for [number] days, and {rest|finish} on [day].',
    'keep the [feature] in mind.',
    '{that is the plan|let us begin}.',
  ]),
  topic('diary entry', 'secrets, rain, letters, school, friends', [
    '[day], [month]. today i {was|felt} [feeling].',
    'i {went walking|sat} [place] and {met|saw} [first].',
    'we talked about [feature].',
    '{now i sleep|tomorrow is another day}.',
  ]),
  topic('dream', 'stairs, wings, water, doors, snow', [
    'i {was|stood} [place] and could {fly|not speak|not move}.',
    '[ajob] {gave me|showed me} [number] {keys|letters|stones}.',
    'there were [feature] everywhere.',
    '{then i woke up|it was strange}.',
  ]),
  topic('motto', 'truth, work, honour, patience, joy', [
    '{always|never} {look back|give up|rest|forget}.',
    '{be|stay} {kind|brave|honest|calm} {every day|on [day] too}.',
    'first comes [feature].',
    '{that is enough|so we live}.',
  ]),
];

/** The topic with this name, or undefined. */
export function topicOf(name: string): Topic | undefined {
  return TOPICS.find((topic) => topic.name === name);
}
