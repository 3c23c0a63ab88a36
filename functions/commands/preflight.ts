import type { Command } from 'commander';
import * as z from 'zod/mini';
import { coerceError, invalid, RemediationError } from '../core/base/errors.ts';
import { findingsOf } from '../core/base/schema-findings.ts';
import {
  type CheckedServer,
  type PreflightCheck,
  preflightOf,
  preflightOfRegion,
  regionOf,
} from '../core/declaration/preflight.ts';
import {
  type ServerDeclaration,
  serversSchema,
  stagesSchema,
} from '../core/declaration/server-declaration.ts';
import { readInput } from './read-input.ts';
import { print } from './terminal.ts';

const HELP = `
Examples:
  headroom preflight
  headroom preflight infra/cdk.json | bash -v
This command connects to nothing. The commands that it prints only read, with your own credentials. Run the section of a
stage with credentials of that stage's account.`;

export function addPreflight(program: Command): void {
  program
    .command('preflight')
    .description('Print the AWS CLI commands that check an account before deploying to it.')
    .argument('[cdk.json]', 'the file whose context declares the servers, - for standard input', 'cdk.json')
    .addHelpText('after', HELP)
    .action(async (path: string) => {
      const places = declaredIn(await readInput(path, 'declaration', 'config-invalid'));
      print(places.flatMap(sectionsOf).join('\n\n'));
    });
}

/** A region of an account, and the servers to deploy there. */
type Place = { readonly title: string; readonly region: string; readonly servers: readonly CheckedServer[] };

/** Checks only the shape of each server. Contradictions between servers are refused at synthesis. */
function declaredIn(text: string): readonly Place[] {
  const json = jsonOf(text);
  const file = z.safeParse(cdkJson, json);
  if (!file.success) throw invalid('config-invalid', 'The declaration', findingsOf(file.error, json));
  const { context } = file.data;
  const read = context.stages === undefined ? serversSchema : stagesSchema;
  const parsed = z.safeParse(read, context);
  if (!parsed.success) throw invalid('config-invalid', 'The declaration', findingsOf(parsed.error, context));
  if ('stages' in parsed.data)
    return Object.entries(parsed.data.stages).map(([stage, { account, region, servers }]) =>
      placeOf(`Stage ${stage}: account ${account}, region ${region}`, region, servers),
    );
  const regions = Map.groupBy(parsed.data.servers, regionOf);
  return [...regions].map(([region, servers]) => placeOf(`Region ${region}`, region, servers));
}

function placeOf(title: string, region: string, servers: readonly ServerDeclaration[]): Place {
  return { title, region, servers: servers.map((server) => ({ ...server, region })) };
}

const OBJECT = 'the object that cdk.json is';
const cdkJson = z.looseObject(
  { context: z._default(z.looseObject({}, { error: OBJECT }), {}) },
  { error: OBJECT },
);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    const message = `The declaration is not JSON (${coerceError(thrown).message}): name the cdk.json whose context declares the servers.`;
    throw new RemediationError('config-invalid', message);
  }
}

/** A section is a script to read or to run: every line that is no command is a comment. */
function sectionsOf({ title, region, servers }: Place): readonly string[] {
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
