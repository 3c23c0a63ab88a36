import type * as z from 'zod/mini';
import { cleanName } from '../base/clean-text.ts';
import type { ReadOnly } from '../base/read-only.ts';
import { isInDoubt, RELOAD } from '../base/sql-text.ts';
import { PROVIDER_PLACES } from '../server/provider-places.ts';
import type { DoctorFacts } from './doctor-facts.ts';
import type { findingSchema } from './finding-schema.ts';

type Finding = ReadOnly<z.output<typeof findingSchema>>;
export type FindingLevel = Finding['standing'];
export type Mend = NonNullable<Finding['mend']>;

export type CheckName =
  | 'server'
  | 'direct'
  | 'tls'
  | 'attributes'
  | 'connection-limit'
  | 'password'
  | 'terminate'
  | 'visibility'
  | 'database'
  | 'search-path'
  | 'elsewhere'
  | 'slots'
  | 'superuser-reserve'
  | 'reserve'
  | 'reserve-users'
  | 'superuser-sessions'
  | 'database-limit'
  | 'activity'
  | 'application-names'
  | 'log-hidden'
  | 'log-language'
  | 'log-sqlstate'
  | 'keepalives'
  | 'login-timeout'
  | 'lost-clients'
  | 'idle-in-transaction'
  | 'idle-sessions';

/** One line of the doctor's output. */
export type DoctorFinding = { readonly check: CheckName } & Finding;

export function okFinding(check: CheckName, found: string): DoctorFinding {
  return { check, standing: 'ok', found, mend: null };
}

export function adviceFinding(check: CheckName, found: string, mend: Mend | null): DoctorFinding {
  return { check, standing: 'advice', found, mend };
}

export function problemFinding(check: CheckName, found: string, mend: Mend): DoctorFinding {
  return { check, standing: 'problem', found, mend };
}

export function bySql(...sql: readonly string[]): Mend {
  return { sql, note: null };
}

export function byHand(note: string): Mend {
  return { sql: [], note };
}

const IN_DOUBT =
  'Statements on names with "?" are not printed: it stands for a byte that cannot be read here, so the name may belong to something else.';

/** Leaves out statements whose names are in doubt. */
export function withoutDoubtfulSql<Finding extends DoctorFinding>(finding: Finding): Finding {
  const { mend } = finding;
  if (mend === null || !mend.sql.some(isInDoubt)) return finding;
  const note = mend.note === null ? IN_DOUBT : `${mend.note} ${IN_DOUBT}`;
  return { ...finding, mend: { sql: mend.sql.filter((statement) => !isInDoubt(statement)), note } };
}

/** The new value of a setting, as SQL writes it and as a provider's form takes it. */
export type NewValue = { readonly name: string; readonly sql: string; readonly parameter: string };

/**
 * How to change settings of the whole server: by statements where a superuser exists, in the provider's form
 * elsewhere.
 */
export function bySettings(
  { snapshot, settings }: Pick<DoctorFacts, 'snapshot' | 'settings'>,
  ...values: readonly NewValue[]
): Mend {
  const { provider } = snapshot.server;
  const isStatic = values.some(({ name }) => settings.get(name)?.context === 'postmaster');
  const isPending = values.some(({ name }) => settings.get(name)?.pendingRestart);
  if (provider === null) {
    const restart = isPending
      ? 'The configuration is already changed. It takes effect with a restart.'
      : 'It takes effect with a restart.';
    return {
      sql: [
        ...values.map(({ name, sql }) => `ALTER SYSTEM SET ${name} = ${sql};`),
        ...(isStatic ? [] : [RELOAD]),
      ],
      note: isStatic ? restart : null,
    };
  }
  const list = values.map(({ name, parameter }) => `${name} = ${parameter}`).join(', ');
  const when = isStatic ? 'static, takes effect with a reboot' : 'dynamic, takes effect at once';
  return byHand(`${PROVIDER_PLACES[provider]}: ${list} (${when}).`);
}

/** `a`, `a and b`, `a, b and 4 more`. The names are cleaned, because others may have chosen them. */
export function namesText(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).map((name) => cleanName(name));
  if (names.length > most) shown.push(`${names.length - most} more`);
  const last = shown.at(-1) ?? '';
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${last}` : last;
}
