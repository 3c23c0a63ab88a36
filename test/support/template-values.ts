/** What CloudFormation makes of a template, as far as our templates use its functions. */

export type Values = Readonly<Record<string, string | readonly string[]>>;

type Template = {
  readonly Parameters?: Readonly<Record<string, { readonly Type: string; readonly Default?: unknown }>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Condition?: string; readonly Properties?: unknown }>
  >;
};

export type DeployedTemplate = {
  /** Resources whose condition holds, by logical id, with all values in place. */
  readonly resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Json }>>;
};
export type Json = { readonly [Name in string]?: unknown };

const NOTHING = Symbol('AWS::NoValue');

/** Deploys a template by its defaults, these parameters and these pseudo parameters. */
export function deployTemplate(template: Template, given: Values, pseudo: Values): DeployedTemplate {
  const values = { ...defaultsOf(template), ...given, ...pseudo };
  const context = { template, values };
  const made = Object.entries(template.Resources).filter(
    ([, { Condition }]) => Condition === undefined || isTrue(template.Conditions?.[Condition], context),
  );
  return {
    resources: Object.fromEntries(
      made.map(([id, { Type, Properties = {} }]) => [
        id,
        { Type, Properties: resolve(Properties, context) as Json },
      ]),
    ),
  };
}

function defaultsOf({ Parameters = {} }: Template): Values {
  return Object.fromEntries(
    Object.entries(Parameters).flatMap(([name, { Type, Default }]) => {
      if (Default === undefined) return [];
      const isList = Type === 'CommaDelimitedList' || Type.startsWith('List<');
      return [[name, isList ? String(Default).split(',') : String(Default)] as const];
    }),
  );
}

type Context = { readonly template: Template; readonly values: Values };

function resolve(value: unknown, context: Context): unknown {
  if (Array.isArray(value))
    return value.map((each) => resolve(each, context)).filter((each) => each !== NOTHING);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (first !== undefined && entries.length === 1 && (first[0] === 'Ref' || first[0].startsWith('Fn::')))
    return callOf(first[0], first[1], context);
  const resolved = entries.map(([name, each]) => [name, resolve(each, context)] as const);
  return Object.fromEntries(resolved.filter(([, each]) => each !== NOTHING));
}

function callOf(name: string, argument: unknown, context: Context): unknown {
  const { template, values } = context;
  const parts = Array.isArray(argument) ? argument : [];
  switch (name) {
    case 'Ref':
      if (argument === 'AWS::NoValue') return NOTHING;
      return values[String(argument)] ?? nameOf(String(argument), context);
    case 'Fn::GetAtt':
      return `${nameOf(String(parts[0]), context)}.${parts[1]}`;
    case 'Fn::Join':
      return (resolve(parts[1], context) as readonly unknown[]).map(String).join(String(parts[0]));
    case 'Fn::Split':
      return String(resolve(parts[1], context)).split(String(parts[0]));
    case 'Fn::If':
      return resolve(isTrue(template.Conditions?.[String(parts[0])], context) ? parts[1] : parts[2], context);
    default:
      throw new Error(`A template uses ${name}, which the tests do not know.`);
  }
}

function isTrue(condition: unknown, context: Context): boolean {
  const [name, parts] = Object.entries(condition as Json)[0] as [string, readonly unknown[]];
  if (name === 'Fn::Not') return !isTrue(parts[0], context);
  if (name === 'Fn::Equals') return resolve(parts[0], context) === resolve(parts[1], context);
  throw new Error(`A condition uses ${name}, which the tests do not know.`);
}

/** A resource's own name where it has one, which is what its ARN ends with. */
function nameOf(id: string, context: Context): string {
  const resource = context.template.Resources[id];
  if (resource === undefined) throw new Error(`A template refers to ${id}, which it does not have.`);
  return `<${id}>`;
}
