import { waitUntil } from '../support/wait-until.ts';
import { isInstalled } from './installed.ts';
import type { Program } from './program.ts';
import { ANSWERS, type Play, proveRows } from './prove-rows.ts';
import { tally } from './row.ts';
import { PSQL_ROWS } from './rows/psql.ts';
import type { Scene, Start } from './scene.ts';

const STATEMENT = 'SELECT count(*) FROM orders;';
/** More than there are slots. */
const SESSIONS = 30;

/** In a terminal, as somebody has it open. */
const INTERACTIVE: Start = {
  file: 'script',
  args: ['--quiet', '--return', '--flush', '--command', 'psql --no-psqlrc', '/dev/null'],
  env: { TERM: 'dumb', PAGER: 'cat', PSQL_HISTORY: '/dev/null', SHELL: '/bin/sh' },
};

const rowsShown = ({ out }: Program) => out.filter((line) => line.startsWith('(1 row)')).length;

/** Runs the statement again and again until its rows come, or the session is over; resolves with what was shown. */
async function run(session: Program): Promise<readonly string[]> {
  const [before, rows] = [session.out.length, rowsShown(session)];
  session.write(`${STATEMENT}\n`);
  const isOver = () =>
    rowsShown(session) > rows ||
    !session.isAlive ||
    session.out.slice(before).some((line) => line.includes('Attempting reset'));
  await waitUntil(isOver, { what: `the statement was over: ${session.out.join('\n')}` });
  return session.out.slice(before);
}

function leftOpen(): Play {
  const sessions: Program[] = [];
  return {
    fill: async (scene) => {
      while (sessions.length < SESSIONS) {
        const session = scene.start(INTERACTIVE);
        sessions.push(session);
        await run(session);
        const refused = session.out.find((line) => line.startsWith('psql: error'));
        if (refused !== undefined) return refused;
      }
      throw new Error('Nobody was refused');
    },
    feel: async () => {
      const [first] = sessions;
      if (first === undefined) throw new Error('There is no session');
      const tells = /FATAL|server closed|This probably|before or while|connection to the server was lost/;
      const shown = (await run(first)).filter((line) => tells.test(line));
      const again = rowsShown(first);
      await run(first);
      const isWell = rowsShown(first) === again + 1;
      return { saw: tally(shown), recovered: isWell ? 'yes, at its next statement, which is lost' : 'no' };
    },
    leave: () => Promise.all(sessions.map((session) => session[Symbol.asyncDispose]())),
    mend: (scene) => withOption(scene),
  };
}

async function withOption(scene: Scene): Promise<readonly string[]> {
  const failures: string[] = [];
  for (let at = 0; at < SESSIONS; at += 1) {
    const script = scene.start({ file: 'psql', args: ['--no-psqlrc', '-c', STATEMENT] });
    if ((await script.end()) !== 0) failures.push(script.err);
  }
  return failures;
}

if (isInstalled('psql'))
  proveRows(
    PSQL_ROWS,
    () => ({
      start: { file: 'psql', args: ['--no-psqlrc', '-Atq'] },
      request: "SELECT 'ok' FROM orders LIMIT 1;",
      health: ANSWERS,
    }),
    { leftOpen },
  );
