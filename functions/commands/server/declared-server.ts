import { existsSync } from 'node:fs';
import * as z from 'zod/mini';
import { invalid, quoted, RemediationError } from '../../core/base/errors.ts';
import { findingsOf } from '../../core/base/schema-findings.ts';
import { regionOf } from '../../core/declaration/preflight.ts';
import { repeatedKeys } from '../../core/declaration/repeated-keys.ts';
import {
  type ReportingDeclaration,
  type ServerDeclaration,
  serversSchema,
  stagesSchema,
} from '../../core/declaration/server-declaration.ts';
import { readInput, STDIN } from '../read-input.ts';
import { readJson } from '../read-json.ts';
import type { NamedServer } from './named-server.ts';

export const DECLARATION_FILE = 'cdk.json';

/** A declared server, with the stage that it belongs to, or null. */
export type DeclaredServer = {
  readonly stage: string | null;
  readonly region: string;
  readonly declaration: ServerDeclaration;
};

const OBJECT = 'the object that cdk.json is';
const cdkJson = z.looseObject(
  { context: z._default(z.looseObject({}, { error: OBJECT }), {}) },
  { error: OBJECT },
);

/** A region of an account, and the servers to deploy there. The stage is null where servers have no stages. */
export type DeclaredPlace = {
  readonly stage: string | null;
  readonly account: string | null;
  readonly region: string;
  readonly servers: readonly ServerDeclaration[];
  readonly reporting: ReportingDeclaration;
};

/**
 * The places in a file, or in standard input for `-`. Other commands take a server's name where these take a file, so that
 * a name is refused in words of its own.
 * @throws RemediationError `config-invalid`.
 */
export async function readDeclaredFile(file: string): Promise<readonly DeclaredPlace[]> {
  if (file !== STDIN && /^[a-z][a-z0-9-]*$/.test(file) && !existsSync(file)) {
    const message = `There is no file ${quoted(file)}: name the file that declares the servers, or leave it out for ${DECLARATION_FILE}. The name of a server is not taken here, because the answer is about all declared servers.`;
    throw new RemediationError('config-invalid', message);
  }
  return readDeclaredPlaces(await readInput(file, 'declaration', 'config-invalid'));
}

/**
 * Checks only the shape of each server. Contradictions between servers are refused at synthesis.
 * @throws RemediationError `config-invalid`.
 */
export function readDeclaredPlaces(text: string): readonly DeclaredPlace[] {
  const json = readJson(
    text,
    'The declaration',
    'name the cdk.json that declares the servers in its context',
  );
  const twice = repeatedKeys(text);
  if (twice.length > 0) throw invalid('config-invalid', 'The declaration', twice);
  const file = z.safeParse(cdkJson, json);
  if (!file.success) throw invalid('config-invalid', 'The declaration', findingsOf(file.error, json));
  const { context } = file.data;
  const read = context.stages === undefined ? serversSchema : stagesSchema;
  const parsed = z.safeParse(read, context);
  if (!parsed.success) throw invalid('config-invalid', 'The declaration', findingsOf(parsed.error, context));
  if ('stages' in parsed.data)
    return Object.entries(parsed.data.stages).map(
      ([stage, { account, region, servers, reporting = {} }]) => ({
        ...{ stage, account, region, servers, reporting },
      }),
    );
  const { servers: all, reporting = {} } = parsed.data;
  const noStage = { stage: null, account: null, reporting };
  return [...Map.groupBy(all, regionOf)].map(([region, servers]) => ({ ...noStage, region, servers }));
}

/**
 * The server that is declared under this name: `orders`, or `production/orders` where several stages have one.
 * @throws RemediationError `config-invalid` when there is none, or more than one.
 */
export function findDeclared(places: readonly DeclaredPlace[], name: string, file: string): DeclaredServer {
  const all = places.flatMap(({ stage, region, servers }) =>
    servers.map((declaration) => ({ stage, region, declaration })),
  );
  const fullName = ({ stage, declaration }: DeclaredServer) =>
    stage === null ? declaration.name : `${stage}/${declaration.name}`;
  const found = all.filter((each) => fullName(each) === name || each.declaration.name === name);
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  const message =
    first === undefined
      ? `${file} declares no server ${quoted(name)}: it declares ${all.map(fullName).join(', ')}.`
      : `${file} declares ${quoted(name)} in ${found.length} stages: name one of ${found.map(fullName).join(', ')}.`;
  throw new RemediationError('config-invalid', message);
}

/** What the declaration says about the server's address. */
export function namedByDeclaration({ declaration }: DeclaredServer): NamedServer {
  const { host, port, database = '', tls } = declaration;
  const from = (key: string) => `${key} of ${declaration.name} in cdk.json`;
  return {
    host: { text: host, from: from('host') },
    port: { text: String(port), from: from('port') },
    database: { text: database, from: from('database') },
    sslmode: { text: tls === 'off' ? 'disable' : 'verify-full', from: from('tls') },
  };
}
