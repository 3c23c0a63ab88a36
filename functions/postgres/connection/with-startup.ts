import type { Attempted } from './attempted.ts';
import { type KnownStartup, nextStartup, type Startup, startupOf } from './startup.ts';

/** As first sent, with the bound whose lack ended it, and without bounds. */
const MOST_LOGINS = 3;

/** Logs in with what the server is known to take. A refusal of that is answered at once by another login. */
export async function withStartup(
  startup: KnownStartup,
  login: (sent: Startup) => Promise<Attempted>,
): Promise<Attempted> {
  for (let logins = 1; ; logins += 1) {
    const sent = startup.now();
    const attempted = await login(sent);
    const next = afterLogin(sent, attempted);
    if (next !== null) startup.keep(next);
    const isAnswered = attempted.kind !== 'in' && attempted.answer !== null;
    if (!isAnswered || next === null || logins === MOST_LOGINS) return attempted;
  }
}

/** What is known now of the server's startup packet, or null where nothing was learned. */
function afterLogin(sent: Startup, attempted: Attempted): Startup | null {
  switch (attempted.kind) {
    case 'in': {
      const { dialect, versionNumber } = attempted.session;
      return dialect.flavor === 'postgresql' ? startupOf(versionNumber) : null;
    }
    case 'denied':
    case 'refused':
      return nextStartup(sent, attempted.answer?.sqlstate ?? '');
    default: {
      const never: never = attempted;
      return never;
    }
  }
}

/** A login that hangs may hang in a login trigger, of 17 and later. Where it does not, the next one hears 42704. */
export function learnFromHang(startup: KnownStartup): void {
  if (startup.now() === 'unknown') startup.keep('since-17');
}
