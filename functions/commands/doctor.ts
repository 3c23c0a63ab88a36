import { coerceError, RemediationError } from '../core/base/errors.ts';
import { examineServer, findingsOfLevel } from '../core/doctor/doctor.ts';
import type { DoctorFinding } from '../core/doctor/doctor-finding.ts';
import { examineGaussdb } from '../core/doctor/doctor-gaussdb.ts';
import { poolerAnswers } from '../core/doctor/doctor-server.ts';
import type { Policy } from '../core/policy/policy.ts';
import { openSession } from '../postgres/connection/connect.ts';
import { queryOf } from '../postgres/connection/database.ts';
import type { OpenSession } from '../postgres/connection/open-session.ts';
import { outlivesItsClient } from '../postgres/connection/outlives-its-client.ts';
import { newPace } from '../postgres/connection/pace.ts';
import { forExamination } from '../postgres/connection/startup.ts';
import { readGaussdbFacts } from '../postgres/gaussdb/read-gaussdb-facts.ts';
import { readDoctorFacts } from '../postgres/postgresql/read-doctor-facts.ts';
import { doctorDocument, renderDoctor } from '../render/terminal/doctor-text.ts';
import { type CommandSpec, JSON_OPTION } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { policyFor } from './read-policy-file.ts';
import { findServer, type GivenServer, type Server } from './server/find-server.ts';
import { SERVER_ARGUMENT, SERVER_OPTIONS, SERVER_TOPIC } from './server/server-arguments.ts';
import { withAdvice } from './server/with-server.ts';
import { paintFor, print } from './terminal.ts';
import { whileWaiting } from './while-waiting.ts';

type Given = GivenServer & { readonly policy?: string; readonly json?: true };

/** One try a second. */
const MOST_TRIES = 10;
const CONNECT_MS = 10_000;

export const doctor: CommandSpec<Given> = {
  name: 'doctor',
  summary: 'Check role, reserved slots, log and settings before an incident. Changes nothing.',
  arguments: [SERVER_ARGUMENT],
  options: [
    ...SERVER_OPTIONS,
    {
      flags: '--policy <file>',
      about:
        'also report names in this policy that can match no session, - for standard input (default: the declared policy)',
    },
    JSON_OPTION,
  ],
  examples: ['headroom doctor orders', 'headroom doctor --url postgres://headroom@db.example.com'],
  notes:
    'Use the role of the function, and connect from the network in which it runs: then the doctor sees what a run will see. It changes nothing. Statements that fix a problem are printed, never executed.',
  topics: [SERVER_TOPIC],
  exits: { done: 'no problems (there may be advice)', remains: 'problems found' },
  run: examineAndPrint,
};

async function examineAndPrint(given: Given): Promise<ExitCode> {
  const { policy: file, json } = given;
  const server = await findServer(given);
  const { policy } = await policyFor(file, server.declared);
  const examined = await whileWaiting(`Examining ${server.name}`, () => examine(server, policy));
  const findings = examined ?? [poolerAnswers()];
  print(
    json
      ? jsonText(doctorDocument(server.name, findings))
      : renderDoctor(server.name, findings, paintFor(process.stdout)),
  );
  if (examined === null) return EXIT.couldNot;
  return findingsOfLevel(findings, 'problem').length > 0 ? EXIT.remains : EXIT.done;
}

/** Null when a pooler answers in the server's place. */
async function examine(server: Server, policy: Policy | null): Promise<readonly DoctorFinding[] | null> {
  try {
    const session = await open(server);
    try {
      if (await isBehindPgPool(session, server)) return null;
      if (session.dialect.flavor === 'gaussdb')
        return examineGaussdb(await readGaussdbFacts(session), policy);
      return examineServer(await readDoctorFacts(queryOf(session), session.versionNumber), policy);
    } finally {
      await session.close();
    }
  } catch (thrown) {
    const error = coerceError(thrown);
    if (error.code === 'pooler-in-between') return null;
    throw error;
  }
}

/**
 * pgpool-II looks like the server but for its port, and keeps a second session of ours after we left it. A run does not
 * look for it: it would take one more slot.
 */
async function isBehindPgPool(session: OpenSession, server: Server): Promise<boolean> {
  if (!session.isRelayed) return false;
  const second = await open(server, 1).catch(() => null);
  if (second === null) return false;
  await second.close();
  return second.pid !== null && (await outlivesItsClient(session, second.pid));
}

/**
 * Connects as a run does, but with few tries: no client waits for a slot here, and each refused try is a line in the
 * server's log.
 */
async function open(server: Server, mostTries = MOST_TRIES): Promise<OpenSession> {
  const { target, credentials } = server;
  const pace = newPace({ eagerTries: 0, mostTries });
  const deadline = Date.now() + CONNECT_MS;
  const options = { pace, startup: forExamination() };
  const { session, problem } = await openSession(target, async () => credentials, deadline, options);
  if (session !== null) return session;
  const { code, message } = problem;
  throw new RemediationError(code, withAdvice(code, message, server));
}
