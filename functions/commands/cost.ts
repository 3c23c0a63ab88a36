import { declaredCost } from '../core/declaration/declared-cost.ts';
import { PRICES, PRICES_AS_OF } from '../core/declaration/prices.ts';
import { renderCost } from '../render/terminal/cost-text.ts';
import { type CommandSpec, JSON_OPTION } from './command.ts';
import { EXIT } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { DECLARATION_FILE, readDeclaredFile } from './server/declared-server.ts';
import { paintFor, print } from './terminal.ts';

export const cost: CommandSpec<{ readonly file: string; readonly json?: true }> = {
  name: 'cost',
  summary: 'Say what the declared servers cost a month in AWS, by list prices.',
  arguments: [
    {
      form: '[file]',
      about: 'the file that declares the servers in its context, - for standard input',
      fallback: DECLARATION_FILE,
    },
  ],
  options: [JSON_OPTION],
  examples: ['headroom cost', 'headroom cost ../app/cdk.json --json'],
  notes:
    'This command connects to nothing. It counts scheduled runs, alarms, metrics, secrets and what is there once for all servers. The JSON has each price with its source.',
  exits: { done: 'done' },
  run: async ({ file, json }) => {
    const declared = await readDeclaredFile(file);
    const places = declared.map(({ stage, region, servers, reporting }) => ({
      ...{ stage, region, cost: declaredCost(servers, reporting) },
    }));
    const together = places.reduce((sum, place) => sum + place.cost.together, 0);
    if (json) print(jsonText({ together, places, pricesAsOf: PRICES_AS_OF, prices: PRICES }));
    else print(renderCost(places, paintFor(process.stdout)));
    return EXIT.done;
  },
};
