import { listText } from '../base/words.ts';
import { type ClientTechnology, isOfKind } from '../server/client-technology.ts';
import { type Advice, forDeveloper } from './advice.ts';
import type { AdviceFacts, Clients, KnownCulprit } from './advice-facts.ts';
import { agreedFix, fixesFor, looksLike, pasteFor, shortFixes } from './technology-texts.ts';

/** More fixes would be a list, not advice. */
const MOST_FIXES = 2;
/** The most likely technologies when no sign tells. HikariCP's driver always sets a name. */
const LIKELY_NAMELESS: ClientTechnology = { possible: ['node-postgres', 'psycopg2'], isCertain: false };
const LIKELY_NAMED: ClientTechnology = {
  possible: ['node-postgres', 'psycopg2', 'HikariCP'],
  isCertain: false,
};

/** The leak is in the client's code: it opens sessions and never returns them. */
export function returnSessions({ culprits }: AdviceFacts): readonly Advice[] {
  const known = culprits.flatMap((culprit) => giveBack(culprit) ?? []).slice(0, MOST_FIXES);
  const unknown = culprits.filter((culprit) => giveBack(culprit) === null);
  const [first] = unknown;
  if (first === undefined) return known;
  const names = listText([...new Set(unknown.map(({ name }) => name))]);
  const opens = names === first.name ? 'does' : 'do';
  const text = `Find where ${names} ${opens} not close connections, especially after errors.${likely(first)}`;
  return [...known, forDeveloper(text)];
}

/** Without any sign, a list of the most likely technologies. Of a known one nothing is said that does not concern it. */
function likely({ usage, technology }: KnownCulprit): string {
  if (technology !== null) return '';
  return ` ${shortFixes(usage.group.application === '' ? LIKELY_NAMELESS : LIKELY_NAMED, 'giveBack')}.`;
}

function giveBack(clients: Clients): Advice | null {
  const { name, technology } = clients;
  if (technology === null) return null;
  const fix = agreedFix(technology, 'giveBack');
  if (fix === null) return inShort(clients, 'giveBack');
  const finders = fixesFor(technology, 'finder').map((each) => `${each.name} ${each.fix.text}`);
  const find = finders.length === 0 ? '' : ` To log the code that does not: ${finders.join('; ')}.`;
  return forDeveloper(
    `${name}${looksLike(technology)}: ${fix.text}${find}`,
    fix.paste ?? pasteFor(technology, 'finder'),
  );
}

function inShort({ name, technology }: Clients, topic: 'giveBack' | 'endTransactions'): Advice | null {
  const text = shortFixes(technology, topic);
  if (text === '' || technology === null) return null;
  return forDeveloper(`${name}${looksLike(technology)}. ${text}.`);
}

export function endTransactions({ culprits }: AdviceFacts): readonly Advice[] {
  const [culprit] = culprits;
  return culprit === undefined ? [] : [endTransactionsOf(culprit)];
}

export function endTransactionsOf(clients: Clients): Advice {
  const { name, technology } = clients;
  if (isOfKind(technology, 'graphical tool'))
    return forDeveloper(`${name}: switch to auto-commit, or commit before you leave the desk.`);
  const fix = agreedFix(technology, 'endTransactions');
  if (fix !== null && technology !== null)
    return forDeveloper(`${name}${looksLike(technology)}: ${fix.text}`);
  return (
    inShort(clients, 'endTransactions') ??
    forDeveloper(
      `End each transaction of ${name} in finally with COMMIT or ROLLBACK. Do not call another service or wait for a person inside a transaction.`,
    )
  );
}
