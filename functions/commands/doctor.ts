import type { Command } from 'commander';
import { coerceError, RemediationError } from '../core/base/errors.ts';
import { examineServer, findingsOfLevel } from '../core/doctor/doctor.ts';
import type { DoctorFinding } from '../core/doctor/doctor-finding.ts';
import { examineGaussdb } from '../core/doctor/doctor-gaussdb.ts';
import { poolerAnswers } from '../core/doctor/doctor-server.ts';
import type { Policy } from '../core/policy/policy.ts';
import { openSession } from '../postgres/connection/connect.ts';
import { queryOf } from '../postgres/connection/database.ts';
import type { OpenSession } from '../postgres/connection/open-session.ts';
import { newPace } from '../postgres/connection/pace.ts';
import { forExamination } from '../postgres/connection/startup.ts';
import { readGaussdbFacts } from '../postgres/gaussdb/read-gaussdb-facts.ts';
import { readDoctorFacts } from '../postgres/postgresql/read-doctor-facts.ts';
import { doctorDocument, renderDoctor } from '../render/terminal/doctor-text.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { readPolicyFile } from './read-policy-file.ts';
import { URL_HELP } from './server-url.ts';
import { paintFor, print } from './terminal.ts';
import { type Server, serverOf, withAdvice } from './with-server.ts';

type Options = { readonly url: string; readonly policy?: string; readonly json?: true };

/** One try a second. */
const MOST_TRIES = 10;
const CONNECT_MS = 10_000;

const HELP = `
Example:
  headroom doctor --url postgres://headroom@db.example.com

Use the role of the function, and connect from the network in which it runs: then the doctor sees what a run will see.
It changes nothing. Statements that fix a problem are printed, never executed.

Exit codes:
  0  no problems (there may be advice)         1  problems found
  2  bad usage or input                        3  could not do its job`;

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Check role, reserved slots, log and settings before an incident. Changes nothing.')
    .requiredOption('--url <url>', 'the server, with the role that the function uses')
    .option(
      '--policy <file>',
      'also report names in this policy that can match no session, - for standard input',
    )
    .option('--json', 'print JSON instead of text')
    .addHelpText('after', `${HELP}\n${URL_HELP}`)
    .action(async (options: Options) => {
      process.exitCode = await doctor(options);
    });
}

async function doctor({ url, policy: file, json }: Options): Promise<ExitCode> {
  const policy = file === undefined ? null : (await readPolicyFile(file)).policy;
  const server = await serverOf(url);
  const examined = await examine(server, policy);
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
 * Connects as a run does, but with few tries: no client waits for a slot here, and each refused try is a line in the
 * server's log.
 */
async function open(server: Server): Promise<OpenSession> {
  const { target, credentials } = server;
  const pace = newPace({ eagerTries: 0, mostTries: MOST_TRIES });
  const deadline = Date.now() + CONNECT_MS;
  const options = { pace, startup: forExamination() };
  const { session, problem } = await openSession(target, async () => credentials, deadline, options);
  if (session !== null) return session;
  const { code, message } = problem;
  throw new RemediationError(code, withAdvice(code, message, server));
}
