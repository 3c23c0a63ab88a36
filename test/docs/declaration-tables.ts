import * as z from 'zod/mini';
import { serversSchema } from '../../functions/core/declaration/server-declaration.ts';
import { ALL_SETTINGS } from '../../functions/core/declaration/server-settings.ts';
import { tableText } from './table-text.ts';

/** The parts of a JSON Schema that the tables show. */
type Field = {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Fields;
  readonly required?: readonly string[];
};
type Fields = Readonly<Record<string, Field>>;

const schemaOf = (schema: z.core.$ZodType) =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Field;

const { servers, reporting } = schemaOf(serversSchema).properties as {
  readonly servers: Field & { readonly items: Field };
  readonly reporting: Field;
};
const SERVER = servers.items;

/** The setting's default, as a value in backquotes or in words; null where it must be given. */
export function defaultOf(wanted: string): string | null {
  const [, setting] = ALL_SETTINGS.find(([key]) => key === wanted) ?? [];
  const value = SERVER.properties?.[wanted]?.default ?? (setting?.read && schemaOf(setting.read()).default);
  if (value !== undefined && value !== null) return `\`${value}\``;
  const { otherwise } = setting ?? {};
  return otherwise !== undefined && /^\w+$/.test(otherwise) ? `\`${otherwise}\`` : (otherwise ?? null);
}

/** What cdk.json may say of a server. */
export function serverTable(): string {
  const rows = ALL_SETTINGS.flatMap(([key, { about, declared }]) => {
    if (declared === undefined) return [];
    const field = SERVER.properties?.[key] ?? {};
    const inside = fieldRows(`${key}.`, field).map(([path = '', allowed = '']) => [path, '', allowed, '']);
    return [[code(key), about, allowedIn(field), defaultOf(key) ?? '**must be given**'], ...inside];
  });
  return tableText([['key', 'what it is for', 'what is allowed', 'left out'], ...rows]);
}

/** What cdk.json may say of who is told. */
export function reportingTable(): string {
  return tableText([['key', 'what is allowed'], ...fieldRows('', reporting)]);
}

/** Where a setting goes: the construct's property and the function's variable. */
export function placesTable(): string {
  const rows = ALL_SETTINGS.flatMap(([key, { declared, property = key, byStacks, variable }]) => {
    if (declared === undefined && variable === undefined) return [];
    const object = byStacks === true ? ', an object of the CDK' : '';
    // What no key declares is a construct's own, and what has a number only is the app's.
    const named = declared === undefined || key === 'stack' ? 'none' : `${code(property)}${object}`;
    return [
      [declared === undefined ? 'none' : code(key), named, variable === undefined ? 'none' : code(variable)],
    ];
  });
  return tableText([['key', 'property of `ServerRemediation`', 'variable of the function'], ...rows]);
}

function fieldRows(path: string, { properties = {} }: Field): readonly (readonly string[])[] {
  return Object.entries(properties).flatMap(([key, field]) => [
    [code(`${path}${key}`), allowedIn(field)],
    ...fieldRows(`${path}${key}.`, field),
  ]);
}

function allowedIn({ description, properties }: Field): string {
  return (
    description ??
    (properties === undefined ? 'a policy: [policy.md](policy.md)' : 'an object with these keys')
  );
}

const code = (text: string) => `\`${text}\``;
