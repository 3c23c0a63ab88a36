import { createHash } from 'node:crypto';
import { OWN_APPLICATION } from '../../core/server/session.ts';
import { type Startup, wholeStartup } from './startup.ts';

/** The digest that sql/check-session.ts computes if our session is as `startup` asked for. Null where that did not ask for all. */
export function sessionDigest(startup: Startup, user: string): string | null {
  const settings = wholeStartup(startup);
  if (settings === null) return null;
  // The server lists no `role`. Without one, we are the role that logged in.
  const listed = [
    ...settings.filter(([name]) => name !== 'role'),
    ['application_name', OWN_APPLICATION] as const,
  ];
  // The server lists them in the order of their lower-case names.
  const inOrder = listed.toSorted(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  const text = ['SQL_ASCII', user, ...inOrder.flat()].join('');
  return `\\x${createHash('sha256').update(text).digest('hex')}`;
}
