/** @file A blind game's tools for agents: one tool of MCP for each that the game grants, the rules, and one submission. */
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { type GameHandle, MOST_GUESSES, TOOLS } from '../../audit/blind/index.ts';
import { answered } from './answered.ts';

/** Adds them. Names are the game's own, after `game_`. */
export async function addGameTools(server: McpServer, game: GameHandle): Promise<void> {
  const rules = await game.rules();
  server.registerTool(
    'game_rules',
    {
      description: `The rules of a blind game about ${rules.subject}: candidates, budget, what was spent, tools.`,
      annotations: { readOnlyHint: true },
    },
    () => answered(() => game.rules()),
  );
  const granted = rules.tools.filter((tool) => tool.granted).map(({ name }) => name);
  for (const { name, summary, input } of TOOLS.filter((tool) => granted.includes(tool.name))) {
    const description = `${summary}. Metered: it spends the game's budget.`;
    const inputSchema = input as z.ZodObject;
    server.registerTool(`game_${name}`, { description, inputSchema }, (given: unknown) =>
      answered(() => game.call(name, given)),
    );
  }
  server.registerTool(
    'game_submit',
    {
      description: `Submits ranked guesses, best first, once: it ends the game and opens the seal.${rules.mayBeClean ? ' An empty list says that nothing is planted.' : ''}`,
      inputSchema: { guesses: z.array(z.string()).max(MOST_GUESSES) },
    },
    ({ guesses }) => answered(() => game.submit(guesses)),
  );
}
