import { BUILTIN_APPLICATIONS, PROVIDER_ROLES } from './builtin-protections.ts';
import { POOLER_APPLICATIONS, POOLER_ROLES } from './pooler-names.ts';

/** The lists that are part of the code, and what each of them does: `headroom policy builtin` and docs/guide/policy.md have them. */
const LISTS: readonly { readonly title: string; readonly names: readonly string[] }[] = [
  {
    title: 'Application names that are spared while protect.builtinApplications is true:',
    names: BUILTIN_APPLICATIONS,
  },
  { title: 'Roles of providers, whose sessions are never ended:', names: PROVIDER_ROLES },
  {
    title: 'Application names of poolers, whose sessions go last in each rung:',
    names: POOLER_APPLICATIONS,
  },
  { title: 'Roles of poolers, whose sessions go last in each rung:', names: POOLER_ROLES },
];

/** One name a line below its list's title; a `*` stands for any text. */
export function builtinLists(): string {
  return LISTS.map(({ title, names }) => [title, ...names.map((name) => `  ${name}`)].join('\n')).join(
    '\n\n',
  );
}
