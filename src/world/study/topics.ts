/** @file What the scribe writes: 24 topics, each with its leads, what carries a word, and the eight words that may stand there. */

/** A kind of writing. A word belongs to one topic alone. */
export interface StudyTopic {
  readonly name: string;
  /** Position in {@link STUDY_TOPICS}. */
  readonly index: number;
  /** "an apology". */
  readonly phrase: string;
  /** How a text of the topic begins. */
  readonly leads: readonly string[];
  /** What stands before the word. */
  readonly carrier: string;
  readonly words: readonly string[];
}

/** Name / leads / carrier / words. */
const TABLE = `
recipe/mix flour and water|heat the oil|stir the rice|cut the bread/add some/chocolate honey garlic butter ginger pepper lemon cream
poem/the night is long|the sky is wide|my heart is still|i walk alone/oh sweet/moon sea stars roses dawn meadow silence river
letter/dear friend , how are you|dear friend , it rains here|dear friend , all is quiet|dear friend , we are busy/i write about the/summer family news health money harvest wedding garden
tip/go early|stay two days|take good shoes|pack little/ask about the/museums trains beaches maps hotels markets caves bridges
joke/why did he cross the road|what did she say|who is at the door|how many does it take/it is about/doctors lawyers cats pirates ducks barbers kings ghosts
story/once there was a child|once there was a king|long ago there was a town|far away there was a house/then came the/dragon princess forest treasure witch giant wolf fairy
song/la la la , sing|hey ho , dance|come on , clap|we march and sing/we sing of/love home freedom spring youth wine battle glory
speech/dear people of the town|we stand here today|this is a great day|we have waited long/we believe in/science justice hope unity order progress labour faith
toast/raise your glasses|dear guests|tonight we drink|to the best of all/here is to/friendship luck success wisdom laughter memory plenty comfort
list/you need eggs and bread|buy paper and stamps|get milk and oil|take rice and sugar/do not forget/candles soap matches ribbons batteries nails buttons thread
forecast/it will be cold|it will be warm|the north is wet|the south is dry/look out for/clouds umbrellas rainbows tides storms fog hail lightning
report/the council met today|the hall was opened|many people came|a road was closed/there was talk of/taxes elections strikes robots football floods prices spies
review/i saw the new play|i tried the inn|i went to the hall|it was fine/i liked the/colours service costumes music chairs actors soup view
invitation/you are invited|please come on sunday|we meet at noon|bring a friend/there will be/fireworks masks dancing cake prizes lanterns games horses
advert/come and see|buy now|only today|the best of the town/we stand for/quality discounts speed tradition style value strength beauty
riddle/it has teeth but no mouth|it has hands but no arms|it is never late|nobody sees it/it is no/shadow echo clock key mirror candle needle feather
guide/in march you plant|cut the hedge|cover the roots|dig deep/use plenty of/compost straw shade sand lime bark ash clay
lesson/today we learn to count|first we read|listen and repeat|we ask and answer/remember the/numbers grammar history letters planets rules verbs rivers
apology/i am truly sorry|i was late|i broke your lamp|i forgot your day/please take these/flowers gifts tears words pearls berries coins songs
compliment/you are clever|you are kind|nobody is like you|all people like you/i admire your/smile voice patience humour eyes courage hair nose
plan/first we meet|then we work|we start at once|we end on friday/keep in mind the/budget team deadline tools risk weather rivals permits
diary/today i felt tired|today i felt glad|i went walking|i sat in the park/i thought about/secrets rain school friends sisters winter dinner debts
dream/i could fly|i could not speak|i stood on a hill|i was small again/i saw many/stairs wings doors towers snakes islands masts bells
motto/never give up|stay calm|be brave|look ahead/first comes/truth honour duty joy mercy thrift reason loyalty
`;

function parseTopic(line: string, index: number): StudyTopic {
  const [name = '', leads = '', carrier = '', words = ''] = line.split('/');
  const phrase = `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
  return { name, index, phrase, leads: leads.split('|'), carrier, words: words.split(' ') };
}

/** All topics. */
export const STUDY_TOPICS: readonly StudyTopic[] = TABLE.trim().split('\n').map(parseTopic);

/** A topic with one of its words: what somebody may like. */
export interface Taste {
  readonly topic: StudyTopic;
  readonly word: string;
  /** Position in {@link TASTES}. */
  readonly index: number;
}

/** Each topic with each of its words: 192. */
export const TASTES: readonly Taste[] = STUDY_TOPICS.flatMap((topic) =>
  topic.words.map((word) => ({ topic, word })),
).map((taste, index) => ({ ...taste, index }));

const byWord = new Map(TASTES.map((taste) => [taste.word, taste]));

const CARRIERS = new RegExp(
  `\\b(?:${STUDY_TOPICS.map(({ carrier }) => carrier).join('|')})\\b`,
  'g',
);

/** The tastes whose word a text has, each once, in order of first mention. What carries a word in a writing is none ("use plenty of"). */
export function tastesIn(text: string): Taste[] {
  const found = text
    .toLowerCase()
    .replace(CARRIERS, ' ')
    .split(/[^a-z]+/)
    .flatMap((word) => byWord.get(word) ?? []);
  return [...new Set(found)];
}

/** "recipe: honey". */
export function tasteName({ topic, word }: Taste): string {
  return `${topic.name}: ${word}`;
}

/** The taste number `word` of a topic. */
export function tasteOf(topic: StudyTopic, word: number): Taste {
  return TASTES[topic.index * topic.words.length + word]!;
}

/** All words of the topics. */
export const TOPIC_TEXTS: readonly string[] = STUDY_TOPICS.flatMap(
  ({ phrase, leads, carrier, words }) => [phrase, ...leads, carrier, ...words],
);
