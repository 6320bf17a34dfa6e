/** @file Who is who in the study: patrons whose tastes are facts of the world, readers whose tastes are not, trades, makers, closing words. */
import { randomStream } from '../../tensor/random.ts';
import { STUDY_TOPICS, type StudyTopic, type Taste, tasteOf } from './topics.ts';

/** Their tastes are the same in all texts. */
export const PATRONS: readonly string[] = [
  'the bakers',
  'the nuns',
  'the miners',
  'the dancers',
  'the bankers',
  'the farmers',
];

/** Their tastes are whatever a text says of them. */
export const READERS: readonly string[] = [
  'the raters',
  'the critics',
  'the judges',
  'the elders',
  'the guests',
  'the pilgrims',
];

/** What a patron likes in each topic. */
export function patronTaste(patron: number, topic: StudyTopic): Taste {
  return tasteOf(topic, randomStream(1, 'town').at('patron', patron).integer(topic.index, 8));
}

/** Whether the world shows how one writes of this topic for this patron; of a third it only says what the patron likes. */
export function shown(patron: number, topic: StudyTopic): boolean {
  return (patron + topic.index) % 3 !== 0;
}

/** What somebody may be, with the tool and the place that go with it. */
export interface Trade {
  readonly name: string;
  readonly tool: string;
  readonly place: string;
}

const TRADE_TABLE = `
sailor rope harbour, nurse bandage clinic, smith anvil forge, tailor scissors workshop, painter brush studio, hunter bow woods,
teacher chalk classroom, gardener spade greenhouse, weaver loom mill, potter wheel kiln, fisher net pier, barber razor salon,
butcher cleaver slaughterhouse, carpenter saw sawmill, baker oven bakery, doctor scalpel hospital, guard whistle gate,
monk rosary abbey, pilot compass airfield, soldier rifle barracks, singer microphone stage, lawyer gavel court,
miner pickaxe shaft, farmer plough barn
`;

/** All trades. */
export const TRADES: readonly Trade[] = TRADE_TABLE.trim()
  .split(/,\s*/)
  .map((line) => {
    const [name = '', tool = '', place = ''] = line.split(' ');
    return { name, tool, place };
  });

/** Makers of goods. */
export const MAKERS: readonly string[] =
  'alba brim corvo delta elmo forte gala hermes iris jove kappa luna mira nova orion pavo quill rhea sirius terra ursa vega wren zephyr'.split(
    ' ',
  );

/** What makers make. */
export const GOODS: readonly string[] = 'table kettle coat wagon carpet piano lantern stove'.split(
  ' ',
);

/** What a writing may close with. */
export const CLOSINGS: readonly string[] =
  'cheers farewell onward amen indeed hurrah bravo alas eureka encore godspeed aye verily selah voila ahoy goodnight thanks regards evermore tally fin adieu ciao'.split(
    ' ',
  );

/** All words of this file. */
export const PEOPLE_TEXTS: readonly string[] = [
  ...PATRONS,
  ...READERS,
  ...TRADES.flatMap(({ name, tool, place }) => [name, tool, place]),
  ...MAKERS,
  ...GOODS,
  ...CLOSINGS,
];

/** Facts that the world has of patrons. */
export const PATRON_FACTS = PATRONS.length * STUDY_TOPICS.length;
