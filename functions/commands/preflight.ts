import { InvalidArgumentError } from 'commander';
import { REGION_FORM } from '../core/base/region-form.ts';
import { preflightOf, preflightOfRegion } from '../core/declaration/preflight.ts';
import type { PreflightCheck } from '../core/declaration/preflight-check.ts';
import { preflightOfFleet } from '../core/declaration/preflight-fleet.ts';
import { type CommandSpec, JSON_OPTION } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { declareIds, proveCell } from './fleet/prove.ts';
import { jsonText } from './json-text.ts';
import { DECLARATION_FILE, type DeclaredPlace, readDeclaredFile } from './server/declared-server.ts';
import { print } from './terminal.ts';
import { CREDENTIALS_TOPIC } from './with-memory.ts';

type Given = {
  readonly file: string;
  readonly json?: true;
  readonly fleet?: true;
  readonly region?: string;
  readonly prove?: string;
  readonly byIds?: true;
};

export const preflight: CommandSpec<Given> = {
  name: 'preflight',
  summary: 'Print the AWS CLI commands that check an account before deploying to it.',
  arguments: [
    {
      form: '[file]',
      about: 'the file that declares the servers in its context, - for standard input',
      fallback: DECLARATION_FILE,
    },
  ],
  options: [
    { flags: '--fleet', about: 'the checks of a cell of a fleet, which reads no declaration' },
    { flags: '--region <name>', about: 'with --fleet: the region of the cell (default: AWS_REGION)' },
    {
      flags: '--prove <database>',
      about: 'with --fleet: prove with this test database that logins of the cell go by the tag',
      conflicts: 'byIds',
    },
    {
      flags: '--by-ids',
      about: 'with --fleet: say that the login roles of the cell name databases by their ids instead',
    },
    JSON_OPTION,
  ],
  examples: [
    'headroom preflight',
    'headroom preflight ../app/cdk.json | bash -v',
    'headroom preflight --json',
    'headroom preflight --fleet --region eu-west-1',
    'headroom preflight --fleet --region eu-west-1 --prove headroom-test',
  ],
  notes:
    "Without --prove and --by-ids this command connects to nothing. The commands that it prints only read, with your own credentials, except the last one of --fleet, which is --prove. Run the section of a stage with credentials of that stage's account. With --prove, the function of the database's network logs in with the tag, without it and with it again. The command asks you to take the tag away and to put it back; it changes no tag itself. Nothing of a cell is enforced before a proof or --by-ids. Both keep your IAM identity with the result, and need the rights of OperatorsPolicyArn.",
  topics: [CREDENTIALS_TOPIC],
  exits: { done: 'done', remains: 'the proof failed, or came to no end' },
  run: async ({ file, json, fleet, region, prove, byIds }) => {
    if (fleet && file !== DECLARATION_FILE)
      throw new InvalidArgumentError(`--fleet reads no declaration: leave out ${file}.`);
    if (fleet) return await ofFleet({ region: region ?? process.env.AWS_REGION, json, prove, byIds });
    const [other] = Object.entries({ '--region': region, '--prove': prove, '--by-ids': byIds }).filter(
      ([, value]) => value !== undefined,
    );
    if (other !== undefined)
      throw new InvalidArgumentError(
        `${other[0]} goes with --fleet: a declared server has its own region and login.`,
      );
    const places = await readDeclaredFile(file);
    if (json) print(jsonText({ checks: places.flatMap((place) => checksOf(place)) }));
    else print(places.flatMap((place) => sectionsOf(place)).join('\n\n'));
    return EXIT.done;
  },
};

type GivenFleet = {
  readonly region: string | undefined;
  readonly json: true | undefined;
  readonly prove: string | undefined;
  readonly byIds: true | undefined;
};

async function ofFleet({ region, json, prove, byIds }: GivenFleet): Promise<ExitCode> {
  if (!region) throw new InvalidArgumentError('--fleet needs --region, or AWS_REGION.');
  // The commands go to a shell.
  if (!new RegExp(`^${REGION_FORM}$`).test(region))
    throw new InvalidArgumentError('A region, from --region or AWS_REGION, is such as eu-west-1.');
  if (prove !== undefined) return await proveCell(prove, json, { region });
  if (byIds) return await declareIds(json, { region });
  const checks = preflightOfFleet(region);
  print(json ? jsonText({ checks }) : section(`Cell in region ${region}`, checks));
  return EXIT.done;
}

/** For programs: each check with its stage and, if it is about one, its server. */
function checksOf({
  stage,
  account,
  region,
  reporting,
  servers: declared,
}: DeclaredPlace): readonly object[] {
  const servers = declared.map((server) => ({ ...server, region }));
  const place = { stage, account, region };
  return [
    ...preflightOfRegion(region, servers, reporting).map((check) => ({ ...place, server: null, ...check })),
    ...servers.flatMap((server) =>
      preflightOf(server).map((check) => ({ ...place, server: server.name, ...check })),
    ),
  ];
}

/** A section is a script to read or to run: every line that is no command is a comment. */
function sectionsOf({
  stage,
  account,
  region,
  reporting,
  servers: declared,
}: DeclaredPlace): readonly string[] {
  const servers = declared.map((server) => ({ ...server, region }));
  const title = stage === null ? `Region ${region}` : `Stage ${stage}: account ${account}, region ${region}`;
  return [
    section(title, preflightOfRegion(region, servers, reporting)),
    ...servers.map((server) => section(`${server.name}, ${server.host}`, preflightOf(server))),
  ];
}

function section(title: string, checks: readonly PreflightCheck[]): string {
  const lines = checks.map(({ title: what, good, mend, command }, index) =>
    [`# ${index + 1}. Check that ${what}.`, `#    Good: ${good}`, `#    Else: ${mend}`, command].join('\n'),
  );
  return [`# ${title}\n# ${'='.repeat(title.length)}`, ...lines].join('\n\n');
}
