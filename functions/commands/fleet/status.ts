import { cellDocument, placeDocument } from '../../core/fleet/cell-document.ts';
import { isDecided, LADDER, type LadderStep } from '../../core/fleet/ladder.ts';
import { loginPolicy } from '../../core/fleet/login-policy.ts';
import { renderCell } from '../../render/page/render-cell.ts';
import { renderFleetList, renderFleetWhy } from '../../render/terminal/fleet-list-text.ts';
import { renderFleetStatus } from '../../render/terminal/fleet-status-text.ts';
import { type CommandSpec, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { jsonText } from '../json-text.ts';
import { paintFor, print, screenOf } from '../terminal.ts';
import { CREDENTIALS_TOPIC } from '../with-memory.ts';
import { writePage } from '../write-page.ts';
import { CELL_NOTES, type GivenCell, REGION_OPTION, readCell, theDatabase } from './read-cell.ts';

type Json = { readonly json?: true };

export const fleetStatus: CommandSpec<GivenCell & Json & { readonly page?: string }> = {
  name: 'fleet status',
  summary: 'Print how far the databases of a cell are, and the one next command for each step.',
  options: [
    { flags: '--page <file>', about: 'write a page of all databases instead, - for standard output' },
    REGION_OPTION,
    JSON_OPTION,
  ],
  examples: [
    'headroom fleet status',
    'headroom fleet status --region eu-west-1 --json',
    'headroom fleet status --page cell.html',
  ],
  notes: `${CELL_NOTES} A step counts the databases that have it and all before it; "wait" counts those that lack it. trigger and reserve are wanted, and nothing waits for them.`,
  topics: [CREDENTIALS_TOPIC],
  exits: { done: 'every tagged database does what its tag says', remains: 'something is left to do' },
  run: async ({ json, page, ...given }) => {
    const now = Date.now();
    const view = await readCell(given, now);
    if (page !== undefined) await writePage(renderCell(view, now), page);
    else if (json) print(jsonText(cellDocument(view)));
    else print(renderFleetStatus(view, paintFor(process.stdout), screenOf(process.stdout)));
    const isDone =
      view.unreadable.length === 0 &&
      view.places.every(({ next }) => next === null || isDecided(next.problem));
    return isDone ? EXIT.done : EXIT.remains;
  },
};

type GivenList = GivenCell &
  Json & { readonly at?: LadderStep; readonly owner?: string; readonly loginPolicy?: true };

export const fleetList: CommandSpec<GivenList> = {
  name: 'fleet list',
  summary: 'Print the databases of a cell, one a line.',
  options: [
    { flags: '--at <step>', about: 'only those that wait for this step', choices: LADDER },
    { flags: '--owner <name>', about: 'only those whose tag names this owner' },
    {
      flags: '--login-policy',
      about: 'print the statements of a login role that name these databases by their ids, not by their tag',
    },
    REGION_OPTION,
    JSON_OPTION,
  ],
  examples: ['headroom fleet list --at iam', 'headroom fleet list --owner payments --json'],
  notes: CELL_NOTES,
  topics: [CREDENTIALS_TOPIC],
  exits: { done: 'done' },
  run: async ({ json, at, owner, loginPolicy: asPolicy, ...given }) => {
    const { places } = await readCell(given);
    const wanted = places.filter(
      ({ next, lacking, seen }) =>
        (at === undefined || [next, ...lacking].some((gap) => gap?.step === at)) &&
        (owner === undefined || seen.database.owner === owner),
    );
    if (asPolicy) {
      print(JSON.stringify(loginPolicy(wanted.map(({ seen }) => seen.database)), null, 2));
      return EXIT.done;
    }
    print(
      json
        ? jsonText({ databases: wanted.map(placeDocument) })
        : renderFleetList(wanted, paintFor(process.stdout), screenOf(process.stdout)),
    );
    return EXIT.done;
  },
};

export const fleetWhy: CommandSpec<GivenCell & Json & { readonly database: string }> = {
  name: 'fleet why',
  summary: 'Print what limits one database, and the one next command.',
  arguments: [{ form: '<database>', about: 'its name, resource id or key' }],
  options: [REGION_OPTION, JSON_OPTION],
  examples: [
    'headroom fleet why orders',
    'headroom fleet why vpc-0a1b2c3d4e5f60718#db-ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ],
  notes: CELL_NOTES,
  topics: [CREDENTIALS_TOPIC],
  exits: { done: 'done', badInput: 'there is no such database' },
  run: async ({ json, database, ...given }) => {
    const view = await readCell(given);
    const place = theDatabase(view, database);
    print(json ? jsonText(placeDocument(place)) : renderFleetWhy(view, place, paintFor(process.stdout)));
    return EXIT.done;
  },
};
