import { counted } from '../base/words.ts';
import { isServerProgram } from '../server/client-technology.ts';
import { type Advice, forOperator } from './advice.ts';
import type { KnownCulprit } from './advice-facts.ts';

/** Whether all of its sessions belong to another server or to its administration. */
export function isOfServers({ sessions }: KnownCulprit): boolean {
  return sessions.length > 0 && sessions.every(isServerProgram);
}

type Hint = { readonly name: RegExp; readonly text: string };

/** What bounds the sessions of each. An application's pool settings do not exist there. */
const HINTS: readonly Hint[] = [
  {
    name: /^postgres_fdw/,
    text: "It opens one for each session of the other server and keeps it. There, ALTER SERVER with OPTIONS (ADD keep_connections 'off') closes it after each transaction (14 and newer), and a smaller pool means fewer sessions here.",
  },
  {
    name: /^dblink/,
    text: 'It keeps a connection until dblink_disconnect() or until the session that opened it ends. Call dblink_disconnect() after use.',
  },
  {
    name: /^pg_cron/,
    text: 'It opens one for each job that runs. cron.use_background_workers = on runs jobs without connections, cron.max_running_jobs bounds them. Both need a restart.',
  },
  {
    name: /^repmgr/,
    text: 'Each repmgrd keeps one, and so does each command that runs. See which nodes they come from: a daemon that was started twice has twice as many.',
  },
  {
    name: /^citus_/,
    text: 'Coordinators of Citus open them for the queries of their own clients. There, citus.max_shared_pool_size bounds how many all of them open on a node, and citus.max_cached_conns_per_worker how many each session keeps.',
  },
  {
    name: /^pg_(dump|restore)/,
    text: 'With -j N it opens N + 1. Let it finish. Run it with fewer jobs the next time, or a dump on a replica.',
  },
];
const OTHER = 'Its number does not depend on an application. See on the other server what opens them.';

/** Hints for clients that belong to a server. No advice ends their sessions or changes their role. */
export function boundServerPrograms(culprits: readonly KnownCulprit[]): readonly Advice[] {
  return culprits.map(({ name, usage, sessions }) => {
    const application = sessions[0]?.application ?? '';
    const hint = HINTS.find((each) => each.name.test(application))?.text ?? OTHER;
    return forOperator(`${name} held ${counted(usage.sessions, 'session')}. ${hint}`);
  });
}
