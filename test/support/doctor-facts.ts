import { examineServer } from '../../functions/core/doctor/doctor.ts';
import type { DoctorFacts, OwnRole, Setting } from '../../functions/core/doctor/doctor-facts.ts';
import type { CheckName, DoctorFinding } from '../../functions/core/doctor/doctor-finding.ts';
import type { Provider } from '../../functions/core/server/snapshot.ts';
import { aSession, aSnapshot } from './builders.ts';

const OWN = aSession({ pid: 1, user: 'headroom', database: 'postgres', application: 'pg-headroom' });

/** A server without problems, with `sessions` beside our own. */
const WELL = {
  authentication_timeout: '20',
  client_connection_check_interval: '10000',
  idle_in_transaction_session_timeout: '300000',
  idle_session_timeout: '0',
  lc_messages: 'en_US.UTF-8',
  log_destination: 'stderr',
  log_line_prefix: '%m [%p] %e ',
  log_min_messages: 'warning',
  reserved_connections: '3',
  superuser_reserved_connections: '3',
  tcp_keepalives_count: '6',
  tcp_keepalives_idle: '60',
  tcp_keepalives_interval: '10',
  track_activities: 'on',
} as const satisfies Readonly<Record<string, string>>;
type SettingName = keyof typeof WELL;
const STATIC: ReadonlySet<string> = new Set(['reserved_connections', 'superuser_reserved_connections']);

/** Facts as a test writes them: every key is optional, and its default is a healthy value. */
export type Written = Partial<Omit<DoctorFacts, 'role' | 'settings' | 'snapshot'>> & {
  readonly role?: Partial<Omit<OwnRole, 'grants'>>;
  readonly grants?: Partial<OwnRole['grants']>;
  readonly settings?: Partial<Record<SettingName, string>>;
  readonly snapshot?: Parameters<typeof aSnapshot>[0];
  readonly version?: string;
  readonly provider?: Provider | null;
};

export function someFacts({
  role,
  grants,
  settings,
  snapshot,
  version = '18.4',
  provider = null,
  ...more
}: Written = {}): DoctorFacts {
  const setting = ([name, value]: readonly [string, string]): [string, Setting] => [
    name,
    { value, context: STATIC.has(name) ? 'postmaster' : 'sighup', pendingRestart: false },
  ];
  return {
    snapshot: aSnapshot({
      ...snapshot,
      sessions: [OWN, ...(snapshot?.sessions ?? [])],
      server: { version, provider, ownPid: 1 },
      slots: { reserved: 3, ...snapshot?.slots },
    }),
    isReplica: false,
    connection: { database: 'postgres', crossesNetwork: true, tls: 'TLSv1.3, TLS_AES_256_GCM_SHA384' },
    role: {
      name: 'headroom',
      attributes: [],
      connectionLimit: 5,
      passwordLeftMs: null,
      notCallable: [],
      ...role,
      grants: {
        pg_signal_backend: 'usable',
        pg_read_all_stats: 'usable',
        pg_use_reserved_connections: 'usable',
        rds_superuser: 'no-such-role',
        rds_replication: 'no-such-role',
        ...grants,
      },
    },
    reserveUsers: [],
    openings: [],
    ownSettings: [{ of: 'role', inDatabase: false, name: 'search_path' }],
    overrides: [],
    settings: new Map(Object.entries({ ...WELL, ...settings }).map(setting)),
    ...more,
  };
}

/** The findings of one check. */
export function findingsOf(written: Written, check: CheckName): readonly DoctorFinding[] {
  return examineServer(someFacts(written)).filter((finding) => finding.check === check);
}

/** The same in short: level and statements of each finding. */
export function said(written: Written, check: CheckName): readonly (readonly string[])[] {
  return findingsOf(written, check).map(({ standing, mend }) => [standing, ...(mend?.sql ?? [])]);
}

export function notedBy(written: Written, check: CheckName): readonly (string | null)[] {
  return findingsOf(written, check).map(({ mend }) => mend?.note ?? null);
}
