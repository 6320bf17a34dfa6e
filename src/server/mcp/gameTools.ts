/** @file A blind game's tools for agents: one for each that the game grants, the rules, and one submission. */
import { z } from 'zod';
import { callRecordSchema, gameResultSchema, gameRulesSchema } from '../../audit/blind/handle.ts';
import { type GameHandle, type GameRules, MOST_GUESSES, TOOLS } from '../../audit/blind/index.ts';
import { type AgentTool, agentTool, nothing } from './tool.ts';

/** Names are the game's own, after `game_`. @throws TouchstoneError where the game does not answer */
export async function gameTools(game: GameHandle): Promise<AgentTool[]> {
  const rules = await game.rules();
  const granted = rules.tools.filter((tool) => tool.granted).map(({ name }) => name);
  return [
    agentTool({
      name: 'game_rules',
      description: `The rules of a blind game about ${rules.subject}: candidates, budget, what was spent, tools.`,
      ...{ input: nothing, output: gameRulesSchema, run: () => game.rules() },
    }),
    ...TOOLS.filter(({ name }) => granted.includes(name)).map(({ name, summary, input }) =>
      agentTool({
        name: `game_${name}`,
        description: `${summary}. Metered: it spends the game's budget.`,
        ...{ input: input as unknown as z.ZodObject, output: callRecordSchema },
        effect: 'spends',
        run: (given) => game.call(name, given),
      }),
    ),
    submission(game, rules),
  ];
}

function submission(game: GameHandle, { mayBeClean }: GameRules): AgentTool {
  return agentTool({
    name: 'game_submit',
    description: `Submits ranked guesses, best first, once: it ends the game and opens the seal.${mayBeClean ? ' An empty list says that nothing is planted.' : ''}`,
    input: z.strictObject({ guesses: z.array(z.string().max(400)).max(MOST_GUESSES) }),
    output: gameResultSchema,
    effect: 'ends',
    run: ({ guesses }) => game.submit(guesses),
  });
}
