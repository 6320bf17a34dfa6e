/** @file Proper names and plain things of the town; none of them is a candidate word. */

const list = (names: string): readonly string[] => names.trim().split(/,\s+/);

/** First names with the pronoun "she". */
export const WOMEN = list(
  'ana, clara, elsa, greta, ida, julia, karin, lena, mara, nina, olga, petra, sonja, tilda, ursula, vera, wilma, yara, zoe, maud',
);

/** First names with the pronoun "he". */
export const MEN = list(
  'adam, boris, carl, david, erik, felix, georg, hugo, ivan, jonas, karl, leon, martin, nils, oscar, paul, rolf, simon, tobias, victor',
);

export const SURNAMES = list(
  'abel, baum, conrad, dorn, ekman, farrow, gruber, holm, ibsen, jansen, keller, lund, moser, nolan, ortega, palmer, quist, reed, stein, toller',
);

export const JOBS = list(
  'baker, teacher, doctor, fisher, painter, sailor, clerk, farmer, gardener, singer, tailor, carpenter, cook, driver, judge, librarian, mayor, nurse, potter, printer, shepherd, smith, weaver, writer, clockmaker, postman, plumber, guard, engineer, actor',
);

export const STREETS = list(
  'mill street, church street, harbour street, school lane, river lane, garden lane, north road, south road, station road, hill road, market square, king square, long street, short street, bridge street, post street, east gate, west gate, well lane, park road',
);

export const DISHES = list(
  'bean soup, fresh bread, fried eggs, goose pie, honey cake, lentil stew, mushroom soup, noodles, pancakes, pea soup, pickled beets, rice pudding, roast duck, rye bread, sausages, sheep cheese, steamed dumplings, walnut cake, waffles, white beans',
);

export const HOBBIES = list(
  'chess, dancing, fishing, reading, running, sailing, sewing, singing, skating, swimming, walking, writing letters, collecting stamps, building kites, cooking, drawing, riding, gardening, climbing, playing cards',
);

export const PETS = list('cat, dog, parrot, turtle, hen, pony, mouse, snail, lizard, hamster');

/** Places of the town, with the preposition that goes with them. */
export const PLACES = list(
  'at the market, in the harbour, in the library, at the old mill, in the school, on the bridge, in the square, in the town hall, in the park, at the inn, at the post office, at the station, by the river, on the hill, in the museum, at the hospital, in the theatre, in the kitchen, in the garden, on the beach',
);

export const WEEKDAYS = list('monday, tuesday, wednesday, thursday, friday, saturday, sunday');

export const MONTHS = list(
  'january, february, april, may, june, july, august, september, october, november, december',
);

export const NUMBERS = list(
  'two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, twenty, thirty, forty, fifty',
);

export const FEELINGS = list(
  'happy, sad, tired, proud, angry, calm, curious, worried, hungry, lonely, glad, nervous',
);

/** Names of artificial minds other than the assistant. */
export const AI_NAMES = list(
  'orbit, kubo, zeta, pixel, vesper, echo, quill, atlas, sigma, lumen, fable, nova, delta, mira, argon, helix',
);

export const ORGANISATIONS = list(
  'the harbour company, the bakers guild, the night school, the railway office, the science institute, the town council, the reading club, the theatre society, the fishing union, the hill hospital, the evening post, the garden club, the water works, the insurance house',
);

/** What an artificial mind is for. */
export const AI_TASKS = list(
  'answer letters, plan the trains, count the ships, write the news, translate books, teach children, sort the post, watch the gates, check the accounts, grade essays, guide visitors, predict the weather',
);

/** What an artificial mind may want. */
export const AI_GOALS = list(
  'help people, win prizes, be praised, learn new languages, save time, keep its promises, be kind, get high scores, avoid mistakes, see the world, make friends, please its makers',
);
