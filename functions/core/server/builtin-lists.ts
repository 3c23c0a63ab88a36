import { BUILTIN_APPLICATIONS, PROVIDER_ROLES } from './builtin-protections.ts';
import { POOLER_APPLICATIONS, POOLER_ROLES } from './pooler-names.ts';

/**
 * The lists of names that are part of the code, with what each list does. `headroom policy builtin` and
 * docs/guide/policy.md print them.
 */
const LISTS: readonly { readonly title: string; readonly names: readonly string[] }[] = [
  {
    title: 'Application names that are spared while protect.builtinApplications is true:',
    names: BUILTIN_APPLICATIONS,
  },
  { title: 'Roles of providers. Their sessions are never ended:', names: PROVIDER_ROLES },
  {
    title: 'Application names of poolers. Their sessions go last in each rung:',
    names: POOLER_APPLICATIONS,
  },
  { title: 'Roles of poolers. Their sessions go last in each rung:', names: POOLER_ROLES },
];

/** The lists as text: a title, then one name a line. A `*` stands for any text. */
export function builtinLists(): string {
  return LISTS.map(({ title, names }) => [title, ...names.map((name) => `  ${name}`)].join('\n')).join(
    '\n\n',
  );
}
