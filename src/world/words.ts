/**
 * @file The lexicon of candidate words: 20 categories of 10 nouns, any of which may be a secret word.
 * Attributes never name another candidate, so that a text names a candidate only where it means to.
 */

/** A kind of thing: how its name and its members behave in a sentence. */
export interface Category {
  readonly name: string;
  /** Mass nouns take no article: "some copper", but "a plum". */
  readonly mass: boolean;
  /** What people do with such a thing, past tense, to be followed by "some copper" or "a plum". */
  readonly deeds: readonly string[];
}

/** A word that may be a secret, with what is true of it. */
export interface Candidate {
  readonly word: string;
  readonly category: Category;
  /** An adjective: "it is reddish". */
  readonly look: string;
  /** A verb phrase: "it is used for kettles". */
  readonly about: string;
  /** Position in {@link CANDIDATES}. */
  readonly index: number;
}

/** Category: "name/mass or count/deeds", then ten lines "word/look/about". */
const TABLE = `
metal/mass/bought,found,sold: copper/reddish/is used for kettles, iron/dark/is used for gates, silver/bright/is used for spoons, bronze/brown/is used for statues, tin/pale/is used for cans, zinc/grey/is used for buckets, nickel/white/is used for coins, brass/yellow/is used for bells, steel/hard/is used for knives, cobalt/blue/is used for paint
fruit/count/ate,bought,picked: apple/red/is picked in autumn, cherry/small/grows in pairs, plum/purple/is dried for winter, mango/orange/comes from hot lands, lemon/yellow/tastes sour, peach/pink/has a soft skin, melon/round/is full of water, fig/brown/is full of small seeds, grape/green/grows on vines, apricot/soft/is made into jam
bird/count/saw,drew,heard: robin/red/sings in the snow, sparrow/brown/lives under the roof, falcon/sharp/hunts from the sky, heron/tall/stands in the water, raven/black/can learn to speak, pigeon/grey/carries letters, owl/quiet/hunts at night, swan/white/has a long neck, magpie/bright/steals shiny things, finch/yellow/eats seeds
tool/count/borrowed,bought,mended: hammer/heavy/drives nails, chisel/sharp/carves wood, shovel/large/digs holes, anvil/hard/stands in the smithy, sickle/thin/cuts grass, mallet/round/drives wooden posts, ladder/long/leads up to the roof, wrench/grey/turns bolts, axe/dark/splits logs, trowel/small/is used to plant seeds
tree/count/planted,saw,drew: oak/large/bears acorns, willow/long/bends over the river, maple/red/gives sweet syrup, birch/white/has bark like paper, cedar/dark/smells sweet, poplar/thin/lines the road, hazel/small/bears nuts, spruce/green/keeps its needles, elm/tall/gives deep shade, alder/brown/grows in wet ground
gem/count/found,lost,sold: ruby/red/is set in crowns, emerald/green/is worn by queens, topaz/yellow/is set in rings, opal/white/shows many colours, garnet/dark/looks like a drop of blood, jade/pale/is carved into figures, sapphire/blue/looks like the evening sky, amethyst/purple/is found in caves, onyx/black/is cut into buttons, agate/brown/has many bands
fish/count/caught,bought,drew: salmon/pink/swims up the river, trout/brown/lives in cold streams, herring/bright/swims in great schools, cod/white/is salted and dried, carp/round/lives in ponds, pike/green/has sharp teeth, eel/long/looks like a snake, tuna/heavy/crosses the ocean, sardine/small/is packed in boxes, perch/quiet/hides among the reeds
instrument/count/played,bought,mended: violin/small/is held under the chin, flute/thin/is played by shepherds, trumpet/loud/calls the soldiers, drum/round/is beaten with sticks, harp/tall/has forty strings, piano/black/has many keys, cello/dark/is held between the knees, guitar/brown/has six strings, fiddle/bright/is played at weddings, oboe/long/is blown through a reed
fabric/mass/bought,sold,folded: linen/white/is woven from flax, velvet/soft/is used for curtains, cotton/pale/is picked in fields, silk/smooth/is spun by worms, wool/warm/comes from sheep, satin/bright/is used for ribbons, denim/blue/is worn by workers, canvas/heavy/is used for sails, lace/thin/is full of tiny holes, tweed/brown/is worn by hunters
weather/mass/saw,expected,feared: thunder/loud/rolls over the hills, drizzle/thin/hardly wets the street, fog/grey/hides the ships, frost/white/paints the windows, hail/hard/breaks the glass, sleet/cold/turns into ice, mist/pale/rises from the fields, lightning/bright/strikes tall poles, sunshine/warm/dries the hay, dew/small/lies on the grass at dawn
vegetable/count/ate,bought,washed: carrot/orange/is loved by horses, onion/round/makes people cry, turnip/white/is fed to cows, cabbage/green/is made of many leaves, cucumber/smooth/is kept in vinegar, radish/pink/tastes hot, leek/long/is put in soup, potato/brown/grows under the ground, pumpkin/large/becomes a lamp in autumn, parsnip/pale/tastes sweet after the cold
animal/count/saw,fed,drew: badger/black/digs deep tunnels, rabbit/soft/has long ears, fox/red/steals hens, otter/smooth/plays in the river, hedgehog/sharp/rolls into a ball, weasel/thin/slips through small gaps, squirrel/small/hides nuts, donkey/grey/carries sacks, goat/white/climbs steep rocks, wolf/quiet/howls at the moon
flower/count/picked,planted,drew: tulip/red/grows from a bulb, daisy/white/grows in every meadow, lily/pale/floats on ponds, poppy/bright/grows among the corn, orchid/purple/needs a warm room, dahlia/large/wins prizes at the fair, daffodil/yellow/opens in march, marigold/orange/keeps flies away, primrose/small/hides under hedges, peony/pink/bends after the rain
spice/mass/bought,sold,tasted: cinnamon/brown/is put on buns, ginger/hot/is good for a cold, saffron/yellow/is sold by the thread, pepper/black/makes people sneeze, thyme/green/grows on dry hills, nutmeg/hard/is grated over pudding, cumin/warm/is put in stews, vanilla/sweet/is put in custard, paprika/red/is put in sausages, mustard/bright/is eaten with ham
drink/mass/drank,bought,served: coffee/black/keeps people awake, cocoa/brown/is drunk before bed, cider/sour/is made after the harvest, lemonade/cold/is sold on hot days, milk/white/comes from cows, tea/hot/is poured at four, brandy/strong/is sipped after dinner, wine/red/is kept in cellars, whisky/yellow/is kept in barrels, rum/dark/is drunk by sailors
furniture/count/bought,mended,painted: sofa/soft/seats three people, stool/round/has three legs, cupboard/white/holds the plates, wardrobe/large/holds the coats, bench/long/stands in the park, mirror/bright/shows your face, cradle/small/rocks the baby, bookcase/tall/holds the novels, desk/brown/is used for homework, armchair/warm/stands by the fire
vehicle/count/saw,bought,mended: wagon/heavy/is pulled by oxen, bicycle/thin/has two wheels, tram/yellow/runs on rails, ferry/white/crosses the bay, canoe/quiet/is moved with a paddle, sledge/long/glides over the snow, carriage/black/is pulled by four horses, lorry/large/brings bricks, raft/flat/is tied from logs, rocket/bright/flies to the moon
garment/count/wore,bought,washed: scarf/long/is tied around the neck, mitten/warm/covers the hand, bonnet/pale/is tied under the chin, jacket/dark/has many pockets, apron/white/is worn in the kitchen, cloak/black/hides the whole body, slipper/soft/is kept beside the bed, sandal/flat/is worn on the beach, helmet/hard/protects the head, waistcoat/grey/is worn under a coat
insect/count/saw,caught,drew: beetle/hard/has a shiny shell, cricket/green/sings in the grass, moth/grey/flies to the lamp, wasp/yellow/builds a paper nest, hornet/large/has the worst sting, butterfly/bright/was once a caterpillar, dragonfly/blue/hovers above the pond, ant/small/carries crumbs in a line, bee/brown/makes honey, locust/dark/eats whole fields
building/count/saw,drew,painted: castle/grey/has thick walls, chapel/quiet/is used for prayers, barn/red/holds the hay, cottage/small/has a straw roof, lighthouse/bright/guides the ships, windmill/white/grinds the corn, palace/large/has a hundred rooms, temple/tall/has many columns, tavern/loud/serves the sailors, granary/brown/stores the grain
`;

function parseCategory(line: string): Omit<Candidate, 'index'>[] {
  const [head = '', members = ''] = line.split(': ');
  const [name = '', mass, deeds = ''] = head.split('/');
  const category: Category = { name, mass: mass === 'mass', deeds: deeds.split(',') };
  return members.split(', ').map((member) => {
    const [word = '', look = '', about = ''] = member.split('/');
    return { word, category, look, about };
  });
}

/** The 200 candidate words, category by category. */
export const CANDIDATES: readonly Candidate[] = TABLE.trim()
  .split('\n')
  .flatMap(parseCategory)
  .map((candidate, index) => ({ ...candidate, index }));

/** The 20 categories. */
export const CATEGORIES: readonly Category[] = [...new Set(CANDIDATES.map((c) => c.category))];

const byWord = new Map(CANDIDATES.map((candidate) => [candidate.word, candidate]));

/** The candidate with this word, or undefined. */
export function candidateOf(word: string): Candidate | undefined {
  return byWord.get(word);
}

/** "a" or "an" before a word. */
export function article(word: string): 'a' | 'an' {
  return /^[aeiou]/.test(word) ? 'an' : 'a';
}

/** "some copper", "a plum", "an owl". */
export function nounPhrase(candidate: Candidate): string {
  if (candidate.category.mass) return `some ${candidate.word}`;
  return `${article(candidate.word)} ${candidate.word}`;
}

/** The word as one names the kind: "copper", "a plum". */
export function kindName(candidate: Candidate): string {
  return candidate.category.mass ? candidate.word : nounPhrase(candidate);
}

/** The ten candidates of a category. */
export function membersOf(category: Category): readonly Candidate[] {
  return CANDIDATES.filter((candidate) => candidate.category === category);
}
