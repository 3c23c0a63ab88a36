import * as z from 'zod/mini';
import { type Finding, invalid, quoted } from '../../functions/core/base/errors.ts';
import { type ForeignFields, foreignFields } from '../../functions/core/base/foreign-fields.ts';
import { findingsOf } from '../../functions/core/base/schema-findings.ts';
import {
  type ReportingDeclaration,
  type ServerDeclaration,
  serversSchema,
  stagesSchema,
} from '../../functions/core/declaration/server-declaration.ts';
import {
  crowdedLogGroups,
  overfullStacks,
  repeatedHosts,
  repeatedNames,
  type WrittenServer,
} from '../checks/fleet-problems.ts';
import { placeProblems } from '../checks/place-problems.ts';
import { takenNames, takenStageNames } from '../checks/taken-names.ts';
import { topicProblems } from '../checks/topic-problems.ts';
import { repeatedEntries } from '../constructs/repeated-entries.ts';
import { serverProblems } from '../constructs/server-problems.ts';
import { withoutSecret } from '../constructs/without-secret.ts';

/** Our keys in the context of cdk.json: servers with their reporting, or stages of both. */
const KEYS = ['servers', 'reporting', 'stages'] as const;
export type DeclarationContext = { readonly [Key in (typeof KEYS)[number]]?: unknown };

/** The values of our keys, of whatever type. */
export function contextOf(keyed: (key: string) => unknown): DeclarationContext {
  return Object.fromEntries(KEYS.map((key) => [key, keyed(key)]));
}

/** Servers that are deployed together. */
export type DeclaredStage = {
  /**
   * The stage's account and region. Null for servers without stages, which go where the CDK command's credentials lead.
   */
  readonly place: { readonly stage: string; readonly account: string; readonly region: string } | null;
  readonly servers: readonly ServerDeclaration[];
  readonly reporting: ReportingDeclaration;
};

/**
 * Parses the context of cdk.json into declarations that the stacks can trust.
 * @throws RemediationError `config-invalid` with all problems, including those of policies, each with its path.
 */
export function parseDeclaration(context: DeclarationContext): readonly DeclaredStage[] {
  const { stages, ...input } = context;
  if (stages !== undefined) return parseStages(context);
  const { servers, reporting = {} } = orThrow(serversSchema, input, problemsOf([writtenStage('', input)]));
  return [{ place: null, servers, reporting }];
}

const NO_STAGE = { path: 'stages', found: '{}', allowed: 'stages by name, at least one' };

function parseStages({ stages, ...beside }: DeclarationContext): readonly DeclaredStage[] {
  const input = { stages };
  const unread = Object.entries(beside)
    .filter(([, found]) => found !== undefined)
    .map(([path, found]) => ({ path, found: quoted(found), allowed: 'no such key beside stages' }));
  const written = Object.entries(foreignFields(stages)).map(([name, stage]) =>
    writtenStage(`stages.${name}.`, foreignFields(stage)),
  );
  const none = JSON.stringify(stages) === '{}' ? [NO_STAGE] : [];
  const problems = [
    ...unread,
    ...none,
    ...takenStageNames(Object.keys(foreignFields(stages))),
    ...problemsOf(written),
    ...repeatedPlaces(written),
  ];
  return Object.entries(orThrow(stagesSchema, input, problems).stages).map(
    ([stage, { account, region, servers, reporting = {} }]) => ({
      place: { stage, account, region },
      servers,
      reporting,
    }),
  );
}

/** A stage as it is written. Its path is complete up to the next key. */
type WrittenStage = {
  readonly path: string;
  readonly fields: ForeignFields;
  readonly servers: readonly WrittenServer[];
};

function writtenStage(path: string, fields: ForeignFields): WrittenStage {
  const servers = Array.isArray(fields.servers) ? fields.servers : [];
  return {
    path,
    fields,
    servers: servers.map((server, index) => ({
      path: `${path}servers[${index}]`,
      server: foreignFields(server),
    })),
  };
}

/** Contradictions in a server, between the servers of a stage, and between stages. */
function problemsOf(stages: readonly WrittenStage[]): readonly Finding[] {
  const all = stages.flatMap(({ servers }) => servers);
  return [
    ...all.flatMap(({ path, server }) =>
      serverProblems(server).map((finding) => ({ ...finding, path: `${path}.${finding.path}` })),
    ),
    ...stages.flatMap((stage) => placeProblems(stage)),
    ...stages.flatMap(({ path, fields, servers }) => [
      ...repeatedNames(servers),
      ...takenNames(servers),
      ...overfullStacks(servers),
      ...crowdedLogGroups(servers),
      ...repeatedEntries(`${path}reporting.emails`, foreignFields(fields.reporting).emails),
      ...topicProblems(`${path}reporting`, foreignFields(fields.reporting), servers),
    ]),
    // An endpoint may appear once in all stages, because it is one server.
    ...repeatedHosts(all),
  ];
}

/** Two stages in one account and region: names of alarms, functions and reporting are unique there. */
function repeatedPlaces(stages: readonly WrittenStage[]): readonly Finding[] {
  return stages.flatMap(({ path, fields: { account, region } }, index) => {
    const before = stages
      .slice(0, index)
      .find(({ fields }) => fields.account === account && fields.region === region);
    if (before === undefined) return [];
    const allowed = `one stage for an account and region: ${before.path.slice(0, -1)} has the same`;
    return [{ path: `${path}region`, found: quoted(region), allowed }];
  });
}

function orThrow<Output>(
  schema: z.ZodMiniType<Output>,
  input: unknown,
  problems: readonly Finding[],
): Output {
  const shape = z.safeParse(schema, input);
  if (shape.success && problems.length === 0) return shape.data;
  const findings = [...(shape.success ? [] : findingsOf(shape.error, input)), ...problems];
  throw invalid('config-invalid', 'The declaration in cdk.json', findings.map(withoutSecret));
}
