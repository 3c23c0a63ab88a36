import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type DeclarationContext, parseDeclaration } from '../../infra/stacks/declaration.ts';
import { addStacks } from '../../infra/stacks/stacks.ts';

type Json = Readonly<Record<string, unknown>>;
export type Resource = {
  readonly Type: string;
  readonly Properties: Json;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
};

const cdkJson = readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8');
/** The context of the project's own cdk.json: the example, and the feature flags under which users synthesize. */
export const CONTEXT: Json & { readonly servers: readonly Json[] } = JSON.parse(cdkJson).context;

/** The example of cdk.json with other fields; a field of undefined is left out. */
export function aServer(fields: Json = {}): Json {
  return JSON.parse(JSON.stringify({ ...CONTEXT.servers[0], ...fields }));
}

/** Lends an app whose bundles are stand-ins, so that a template needs no build. */
export function withApp<T>(use: (app: App, bundle: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-infra-'));
  const bundle = join(folder, 'bundle');
  try {
    mkdirSync(bundle);
    writeFileSync(join(bundle, 'index.mjs'), 'export const handler = async () => {};\n');
    return use(new App({ context: CONTEXT, outdir: join(folder, 'cdk.out') }), bundle);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every stack as the app makes them, by its name. Synthesis is slow: once per file. */
export function synthesizeAll(context: DeclarationContext): ReadonlyMap<string, Template> {
  return withApp((app, bundle) => {
    for (const stage of parseDeclaration(context)) addStacks(app, stage, { bundle });
    const stacks = app.node.findAll().filter((each) => Stack.isStack(each));
    return new Map(stacks.map((stack) => [stack.stackName, Template.fromStack(stack)]));
  });
}

/** The reporting's stack, and the one of servers that have a stack in common. */
export function synthesize(servers: readonly Json[]) {
  const templates = synthesizeAll({ servers: servers.map((server) => ({ ...server, stack: 0 })) });
  return {
    reporting: stackOf(templates, 'pg-headroom-reporting'),
    servers: stackOf(templates, 'pg-headroom-servers-0'),
  };
}

function stackOf(templates: ReadonlyMap<string, Template>, name: string): Template {
  const template = templates.get(name);
  if (template === undefined)
    throw new Error(`No stack ${name}: there are ${[...templates.keys()].join(', ')}`);
  return template;
}

/** The resources of one type, by logical id; those of one server begin with its name. */
export function resources(
  template: Template,
  type: string,
  prefix = '',
): readonly (readonly [string, Resource])[] {
  const found = Object.entries(template.findResources(type)) as [string, Resource][];
  return found.filter(([id]) => id.startsWith(prefix));
}

/** The one resource of its type. */
export function theOnly(template: Template, type: string, prefix = ''): readonly [string, Resource] {
  const [first, ...more] = resources(template, type, prefix);
  if (first === undefined || more.length > 0)
    throw new Error(
      `${type} of "${prefix}": found ${more.length + (first === undefined ? 0 : 1)}, expected is one`,
    );
  return first;
}

export type Statement = {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
};

/** Every statement of every policy that is attached to a role, and of those written into roles. */
export function statements(template: Template, prefix = ''): readonly Statement[] {
  return resources(template, 'AWS::IAM::Policy', prefix).flatMap(([, { Properties }]) => {
    const document = Properties.PolicyDocument as { readonly Statement: readonly Statement[] };
    return document.Statement;
  });
}
