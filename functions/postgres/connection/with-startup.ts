import type { Attempted } from './attempted.ts';
import { type KnownStartup, nextStartup, type Startup, startupOf } from './startup.ts';

/** The first login, one with a bound that the first lacked, and one without bounds. */
const MOST_LOGINS = 3;

/** Logs in with the options that the server is known to accept. If it refuses them, another login follows at once. */
export async function withStartup(
  startup: KnownStartup,
  login: (sent: Startup) => Promise<Attempted>,
): Promise<Attempted> {
  for (let logins = 1; ; logins += 1) {
    const sent = startup.now();
    const attempted = await login(sent);
    const next = afterLogin(sent, attempted);
    if (next !== null) startup.keep(next);
    const isAnswered = 'answer' in attempted && attempted.answer !== null;
    if (!isAnswered || next === null || logins === MOST_LOGINS) return attempted;
  }
}

/** The options to send from now on; null if the login showed nothing new. */
function afterLogin(sent: Startup, attempted: Attempted): Startup | null {
  switch (attempted.kind) {
    case 'in': {
      const { dialect, versionNumber, product } = attempted.session;
      return dialect.flavor === 'postgresql' ? startupOf(versionNumber, product) : null;
    }
    case 'given-up':
      return null;
    case 'denied':
    case 'refused':
      return nextStartup(sent, attempted.answer?.sqlstate ?? '');
    default: {
      const never: never = attempted;
      return never;
    }
  }
}

/**
 * A login that hangs may hang in a login trigger, which servers have from 17 on. If the server is older, the next login is
 * refused with 42704.
 */
export function learnFromHang(startup: KnownStartup): void {
  if (startup.now() === 'unknown') startup.keep('since-17');
}
