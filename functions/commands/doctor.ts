import type { Command } from 'commander';
import { examineServer, standing } from '../core/doctor.ts';
import type { DoctorFinding } from '../core/doctor-finding.ts';
import { examineGaussdb } from '../core/doctor-gaussdb.ts';
import { poolerAnswers } from '../core/doctor-server.ts';
import { coerceError, RemediationError } from '../core/errors.ts';
import type { Policy } from '../core/policy.ts';
import { attemptSession, type OpenSession } from '../postgres/attempt.ts';
import { queryOf } from '../postgres/database.ts';
import { readDoctorFacts } from '../postgres/read-doctor-facts.ts';
import { readGaussdbFacts } from '../postgres/read-gaussdb-facts.ts';
import { pathOnly } from '../postgres/startup.ts';
import { tlsOptions } from '../postgres/target.ts';
import { doctorDocument, renderDoctor } from '../render/doctor-text.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { jsonText } from './json-text.ts';
import { readPolicy } from './read-policy.ts';
import { URL_HELP } from './server-url.ts';
import { paintFor, print } from './terminal.ts';
import { type Server, serverOf, withAdvice, withServer } from './with-server.ts';

type Options = { readonly url: string; readonly policy?: string; readonly json?: true };

/** Under a storm of clients somebody may take the slot between two looks; more often than this it is one. */
const TRIES = 5;

const HELP = `
Example:
  headroom doctor --url postgres://headroom@db.example.com

Connect as the role that the function connects as, from where it runs: what is looked at is what it will meet.
Nothing is changed. Statements that mend are printed, never executed.

Exit codes:
  0  nothing to mend (there may be advice)     1  problems found
  2  bad usage or input                        3  could not do its job`;

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Examine role, reserved slots, log and settings before an incident does. Changes nothing.')
    .requiredOption('--url <url>', 'the server, with the role that the function uses')
    .option('--policy <file>', 'say also what this policy names in vain, - for standard input')
    .option('--json', 'print JSON instead of text')
    .addHelpText('after', `${HELP}\n${URL_HELP}`)
    .action(async (options: Options) => {
      process.exitCode = await doctor(options);
    });
}

async function doctor({ url, policy: file, json }: Options): Promise<ExitCode> {
  const policy = file === undefined ? null : (await readPolicy(file)).policy;
  const server = await serverOf(url);
  const examined = await examine(server, policy);
  const findings = examined ?? [poolerAnswers()];
  print(
    json
      ? jsonText(doctorDocument(server.name, findings))
      : renderDoctor(server.name, findings, paintFor(process.stdout)),
  );
  if (examined === null) return EXIT.couldNot;
  return standing(findings, 'problem').length > 0 ? EXIT.remains : EXIT.done;
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

/** The workflow's own way in waits where waiting helps, and says what is in the way where it does not. */
async function open(server: Server): Promise<OpenSession> {
  const { target, credentials } = server;
  const tls = tlsOptions(target);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const attempted = await attemptSession(target, tls, credentials, { startup: pathOnly() });
    if (attempted.kind === 'in') return attempted.session;
    if (attempted.kind === 'denied') {
      const { code, message } = attempted.problem;
      throw new RemediationError(code, withAdvice(code, message, server));
    }
    await withServer(server, async () => {});
  }
  const message = `The slots of ${server.name} are taken and given back too fast to examine it: try again when it is quieter.`;
  throw new RemediationError('connect-full', message);
}
