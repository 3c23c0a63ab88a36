import { type PreflightCheck, preflightOf, preflightOfRegion } from '../core/declaration/preflight.ts';
import type { CommandSpec } from './command.ts';
import { EXIT } from './exit-code.ts';
import { readInput } from './read-input.ts';
import { DECLARATION_FILE, type DeclaredPlace, readDeclaredPlaces } from './server/declared-server.ts';
import { print } from './terminal.ts';

export const preflight: CommandSpec<{ readonly file: string }> = {
  name: 'preflight',
  summary: 'Print the AWS CLI commands that check an account before deploying to it.',
  arguments: [
    {
      form: '[file]',
      about: 'the file that declares the servers in its context, - for standard input',
      fallback: DECLARATION_FILE,
    },
  ],
  examples: ['headroom preflight', 'headroom preflight ../app/cdk.json | bash -v'],
  notes:
    "This command connects to nothing. The commands that it prints only read, with your own credentials. Run the section of a stage with credentials of that stage's account.",
  exits: { done: 'done' },
  run: async ({ file }) => {
    const places = readDeclaredPlaces(await readInput(file, 'declaration', 'config-invalid'));
    print(places.flatMap((place) => sectionsOf(place)).join('\n\n'));
    return EXIT.done;
  },
};

/** A section is a script to read or to run: every line that is no command is a comment. */
function sectionsOf({ stage, account, region, servers: declared }: DeclaredPlace): readonly string[] {
  const servers = declared.map((server) => ({ ...server, region }));
  const title = stage === null ? `Region ${region}` : `Stage ${stage}: account ${account}, region ${region}`;
  return [
    section(title, preflightOfRegion(region, servers)),
    ...servers.map((server) => section(`${server.name}, ${server.host}`, preflightOf(server))),
  ];
}

function section(title: string, checks: readonly PreflightCheck[]): string {
  const lines = checks.map(({ title: what, good, mend, command }, index) =>
    [`# ${index + 1}. Check that ${what}.`, `#    Good: ${good}`, `#    Else: ${mend}`, command].join('\n'),
  );
  return [`# ${title}\n# ${'='.repeat(title.length)}`, ...lines].join('\n\n');
}
