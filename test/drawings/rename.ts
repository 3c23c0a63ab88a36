import { planRemediation } from '../../functions/core/plan/plan-remediation.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { BUILTIN_APPLICATIONS, PROVIDER_ROLES } from '../../functions/core/server/builtin-protections.ts';
import { technologyOf } from '../../functions/core/server/client-technology.ts';
import { nameMatcher } from '../../functions/core/server/name-pattern.ts';
import { isNamedAsPooler } from '../../functions/core/server/pooler-names.ts';
import { compareText } from '../../functions/core/server/slots.ts';
import type { Snapshot } from '../../functions/core/server/snapshot.ts';

/** Another name for each name, the same one everywhere. */
export type Renaming = (name: string) => string;

/** The word with which a name begins, where it is no part of a token with digits. */
const FIRST_WORD = /^[A-Za-z]+(?![0-9A-Za-z])/;
const isBuiltin = nameMatcher(BUILTIN_APPLICATIONS);

/**
 * Replaces the first word of each name with a word that says nothing. Words keep their order, so that equal
 * programs are named in the same order. Names that are signs stay: those of technologies, poolers and
 * providers.
 */
export function renamingOf({ sessions, slots, server }: Snapshot): Renaming {
  const applications = sessions.map(({ application }) => application);
  const names = [
    ...applications,
    ...sessions.flatMap(({ user, database }) => [user ?? '', database ?? '']),
    ...[...slots.roles, ...slots.databases].map(({ name }) => name),
  ];
  const own = sessions.find(({ pid }) => pid === server.ownPid);
  const kept = new Set([own?.application, own?.user, own?.database]);
  const isSign = (name: string) =>
    kept.has(name) ||
    technologyOf(name, []) !== null ||
    isBuiltin(name) ||
    PROVIDER_ROLES.includes(name) ||
    isNamedAsPooler({ application: name, user: name });
  const words = [...new Set(names.flatMap((name) => FIRST_WORD.exec(name)?.[0] ?? []))].toSorted(compareText);
  const codes = new Map(words.map((word, at) => [word, `w${lettersOf(at)}`]));
  return (name) => (isSign(name) ? name : name.replace(FIRST_WORD, (word) => codes.get(word) ?? word));
}

/** `aaa`, `aab`: numbers would be taken for the number of a process. */
function lettersOf(at: number): string {
  return [676, 26, 1].map((unit) => String.fromCharCode(97 + (Math.floor(at / unit) % 26))).join('');
}

/** The record of the same incident under other names and addresses. */
export function renamedRecord(record: RunRecord): RunRecord {
  const { snapshot, trigger, policy } = record;
  if (snapshot === null) return record;
  const rename = renamingOf(snapshot);
  const orNull = (name: string | null) => (name === null ? null : rename(name));
  const elsewhere = (address: string) => (/^\d/.test(address) ? address.replace(/^\d+/, '198') : address);
  const limits = (all: Snapshot['slots']['roles']) =>
    all.map((limit) => ({ ...limit, name: rename(limit.name) }));
  const changed: Snapshot = {
    ...snapshot,
    slots: {
      ...snapshot.slots,
      roles: limits(snapshot.slots.roles),
      databases: limits(snapshot.slots.databases),
    },
    sessions: snapshot.sessions.map((session) => ({
      ...session,
      application: rename(session.application),
      user: orNull(session.user),
      database: orNull(session.database),
      address: elsewhere(session.address),
    })),
  };
  const refused =
    trigger.kind === 'log-lines'
      ? {
          ...trigger,
          refused: trigger.refused.map((line) => ({
            ...line,
            user: orNull(line.user),
            database: orNull(line.database),
          })),
        }
      : trigger;
  return {
    ...record,
    trigger: refused,
    snapshot: changed,
    plan: record.plan && planRemediation(changed, policy, trigger.kind),
  };
}
