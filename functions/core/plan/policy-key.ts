import type { Protection } from './plan.ts';

/** What exactly applied, by the key of the policy that says so. */
const KEYS_OF_DETAILS: readonly (readonly [RegExp, string])[] = [
  [/^backup, migration or monitoring$/, 'protect.builtinApplications'],
  [/^a pooler's session$/, 'protect.poolers'],
  [/^(listens for|runs a backup|exports its snapshot)/, 'protect.listeners'],
  [/advisory lock/, 'protect.advisoryLocks'],
  [/temporary tables/, 'protect.temporaryTables'],
  [/^between /, 'protect.between'],
  [/^in its state for less than /, 'protect.youngerThan'],
];

const KEYS_OF_NAMES = {
  user: 'users',
  database: 'databases',
  application: 'applications',
  address: 'addresses',
} as const;

/** The key of the policy that keeps the session, or null where none of its keys does. */
export function policyKeyOf({ reason, detail }: Protection): string | null {
  const [, name] = /^(user|database|application|address)(?:$|, which)/.exec(detail) ?? [];
  const list = name === undefined ? null : KEYS_OF_NAMES[name as keyof typeof KEYS_OF_NAMES];
  switch (reason) {
    case 'protected':
      return list === null
        ? (KEYS_OF_DETAILS.find(([form]) => form.test(detail))?.[1] ?? null)
        : `protect.${list}`;
    case 'not-included':
      return list === null ? 'relieve.ladder' : `include.${list}`;
    case 'kept':
      return 'limits.keepPerGroup';
    default:
      return null;
  }
}
