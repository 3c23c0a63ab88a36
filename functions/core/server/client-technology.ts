import { memoize } from '../base/memoize.ts';
import type { Session } from './session.ts';
import { TECHNOLOGIES, type Technology, type TechnologyKind } from './technologies.ts';
import { NAME_SIGNS, type NameSign, STATEMENT_SIGNS, type StatementSign } from './technology-table.ts';

export type ClientTechnology = {
  /** What the clients may use, the commoner first. */
  readonly possible: readonly Technology[];
  /** Whether nothing else leaves such a sign. */
  readonly isCertain: boolean;
};

const NAMES = NAME_SIGNS.map((sign) => ({ sign, pattern: patternOf(sign) }));

/** Sessions share few names, so the answers are kept. */
const namesLike = memoize((application) =>
  NAMES.filter(({ pattern }) => pattern.test(application)).map(({ sign }) => sign),
);

/**
 * The technologies that a program's clients may use, or null. Signs that only one technology leaves come
 * first, and names before statements.
 */
export function technologyOf(application: string, sessions: readonly Session[]): ClientTechnology | null {
  const last = sessions.flatMap(({ lastStatement }) => lastStatement ?? []);
  const found = [
    ...namesLike(application),
    ...STATEMENT_SIGNS.filter((sign) => isLeft(sign, application, last)),
  ];
  const sign = found.find(({ isCertain }) => isCertain) ?? found[0];
  return sign === undefined ? null : { possible: sign.by, isCertain: sign.isCertain };
}

function patternOf({ name }: NameSign): RegExp {
  const pieces = name.split('*').map((piece) => piece.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${pieces.join('.*')}$`, 'is');
}

function isLeft(
  { statement, percent, isOfNameless }: StatementSign,
  application: string,
  last: readonly string[],
): boolean {
  if (last.length === 0 || (isOfNameless && application !== '')) return false;
  return last.filter((text) => statement.test(text)).length * 100 >= percent * last.length;
}

/** Whether the clients can only be of these kinds. */
export function isOfKind(technology: ClientTechnology | null, ...kinds: readonly TechnologyKind[]): boolean {
  return technology?.possible.every((each) => kinds.includes(TECHNOLOGIES[each])) ?? false;
}

/** Whether a session's name is that of a technology of one of these kinds. */
export function isNamedAs(application: string, ...kinds: readonly TechnologyKind[]): boolean {
  return isOfKind(technologyOf(application, []), ...kinds);
}

/** Tools that people leave open and forget. No pool opens such sessions. */
export function isTool(application: string): boolean {
  return isNamedAs(application, 'console', 'graphical tool');
}

/**
 * Clients that belong to a server or to its administration. Their number of sessions does not depend on an
 * application's pool. dblink sets no name.
 */
export function isServerProgram({ application }: Pick<Session, 'application'>): boolean {
  return isNamedAs(application, 'server program');
}
