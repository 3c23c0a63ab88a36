import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FleetTemplate, packageFleet } from '../../../infra/package/package-fleet.ts';
import type { IamStatement } from '../../support/iam-evaluator.ts';
import { deployTemplate, type Json, type Values } from '../../support/template-values.ts';
import { CONTEXT } from '../synthesis.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
export const VPC = 'vpc-0a1b2c3d4e5f60718';

const placeOf = (partition: string, region: string): Values => ({
  'AWS::Partition': partition,
  'AWS::Region': region,
  'AWS::AccountId': ACCOUNT,
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackId': 'stack',
  'AWS::StackName': 'stack',
});

const NETWORK: Values = {
  VpcId: VPC,
  SubnetIds: ['subnet-0a1b2c3d4e5f60718'],
  SecurityGroupIds: ['sg-0a1b2c3d4e5f60718'],
};
const CODE: Values = { CodeBucket: 'acme-headroom' };

/** Lends a package of which every bundle is a stand-in, so that it needs no build. */
export function withFleetPackage<T>(
  use: (folder: string, templates: readonly FleetTemplate[]) => T,
  more: { readonly codeBuckets?: string } = {},
): T {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-fleet-'));
  const bundleAt = (path: string) => {
    mkdirSync(join(folder, path), { recursive: true });
    writeFileSync(join(folder, path, 'index.mjs'), `export const handler = async () => '${path}';\n`);
    return join(folder, path);
  };
  try {
    const packaged = join(folder, 'package');
    return use(packaged, packageFleet({ context: CONTEXT, folder: packaged, bundleAt, ...more }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Template = Parameters<typeof deployTemplate>[0];

export function templateIn(folder: string, name: string): Template {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
}

/** All templates of a fleet by their names, without `.json`. */
export const FLEET_TEMPLATES: Readonly<Record<string, Template>> = withFleetPackage((folder, templates) =>
  Object.fromEntries(
    templates.map(({ file }) => {
      const name = file.replace('.json', '');
      return [name, templateIn(folder, name)];
    }),
  ),
);

/** The resources of a template where it is deployed with these parameters besides what it asks for. */
export function deployed(name: string, given: Values = {}, [partition, region] = ['aws', REGION]) {
  const template = FLEET_TEMPLATES[name];
  if (template === undefined) throw new Error(`There is no template ${name}.`);
  const network = name === 'fleet-network' || name === 'fleet-enrol' ? NETWORK : {};
  return deployTemplate(
    template,
    { ...CODE, ...network, ...given },
    placeOf(partition ?? 'aws', region ?? REGION),
  ).resources;
}

export function ofType(resources: ReturnType<typeof deployed>, type: string) {
  return Object.entries(resources).filter(([, { Type }]) => Type === type);
}

/** The statements of the role of a function, or of the role with this logical id. */
export function statementsOf(resources: ReturnType<typeof deployed>, role: string): readonly IamStatement[] {
  const policies = ofType(resources, 'AWS::IAM::Policy').filter(([, { Properties }]) =>
    (Properties.Roles as readonly string[]).includes(`<${role}>`),
  );
  return policies.flatMap(([, { Properties }]) => documentOf(Properties));
}

/** The statements of a managed policy. */
export function documentOf(properties: Json): readonly IamStatement[] {
  return (properties.PolicyDocument as { readonly Statement: readonly IamStatement[] }).Statement;
}

/** Every role of a template, by its logical id. */
export function rolesOf(resources: ReturnType<typeof deployed>): readonly string[] {
  return ofType(resources, 'AWS::IAM::Role').map(([id]) => id);
}

/** The function of this name, with the logical id of its role. */
export function functionOf(resources: ReturnType<typeof deployed>, name: string) {
  const found = ofType(resources, 'AWS::Lambda::Function').find(
    ([, { Properties }]) => Properties.FunctionName === name,
  );
  if (found === undefined) throw new Error(`There is no function ${name}.`);
  const properties = found[1].Properties;
  return { properties, role: String(properties.Role).replace(/^<|>\.Arn$/g, '') };
}
