import { setTimeout as sleep } from 'node:timers/promises';
import { askForLogin } from '../../aws/ask-for-login.ts';
import { writeCellProof } from '../../aws/cell-switch.ts';
import { callerIdentity } from '../../aws/pause-switch.ts';
import { readResourceTags } from '../../aws/resource-tags.ts';
import { cleanMessage, cleanName } from '../../core/base/clean-text.ts';
import { RemediationError } from '../../core/base/errors.ts';
import { FAILURE_WORDS, proofText } from '../../core/fleet/cell-proof.ts';
import type { LadderPlace } from '../../core/fleet/ladder.ts';
import { loginPolicy } from '../../core/fleet/login-policy.ts';
import type { RegisteredDatabase } from '../../core/fleet/registry-item.ts';
import type { SeenCell } from '../../core/fleet/seen-cell.ts';
import { type ProofStep, proveTag, type TagProof } from '../../fleet/prove-tag.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { jsonText } from '../json-text.ts';
import { print, printQuestion } from '../terminal.ts';
import { type GivenCell, readCell, theDatabase } from './read-cell.ts';

/** Proves with a test database that logins of this cell go by the tag, and writes down what came of it. */
export async function proveCell(named: string, json: true | undefined, given: GivenCell): Promise<ExitCode> {
  const view = await readCell(given);
  const database = testDatabase(theDatabase(view, named));
  const by = await knownIdentity(view.region);
  const proof = await proveTag(database, {
    readTags: (arn) => readResourceTags(arn, view.region),
    tryLogin: () => askForLogin(database, view.region),
    tell: (step) => printQuestion(cleanMessage(stepText(step, view.region))),
    now: Date.now,
    sleep,
  });
  const at = new Date().toISOString();
  if (proof.kind !== 'no-proof') {
    const why = proof.kind === 'failed' ? proof.why : null;
    const kind = proof.kind === 'failed' ? 'failed' : 'tag';
    await writeCellProof(proofText({ kind, by, at, database: database.key, why }), view.region);
  }
  print(json ? jsonText({ ...proof, by, at, database: database.key }) : resultText(proof, view));
  return proof.kind === 'proven' ? EXIT.done : EXIT.remains;
}

/**
 * The database of a place, where what a login to it finds can say something about IAM. With IAM authentication off a server may
 * refuse as IAM does, and a proof would fail by that. @throws RemediationError `config-invalid`.
 */
function testDatabase({ aside, seen: { database } }: LadderPlace): RegisteredDatabase {
  const isReached = database.network !== null;
  const problem = aside ?? (isReached ? null : 'reached by no fleet-network');
  const found = problem ?? (database.iam ? null : 'IAM authentication is off');
  if (found === null) return database;
  const message = `${cleanName(database.name)} cannot be the test database of a proof (${cleanMessage(found)}): give one that is enrolled, tagged observe, and in a network of this cell, as "headroom fleet why NAME" shows it. Nothing was changed.`;
  throw new RemediationError('config-invalid', message);
}

/** Says that the login roles of this cell name databases by their ids, so that no tag has to be looked at. */
export async function declareIds(json: true | undefined, { region }: GivenCell): Promise<ExitCode> {
  const by = await knownIdentity(region);
  const said = { kind: 'ids', by, at: new Date().toISOString(), database: null, why: null } as const;
  await writeCellProof(proofText(said), region);
  print(json ? jsonText(said) : IDS_TEXT);
  return EXIT.done;
}

const IDS_TEXT =
  'It is written down that the login roles of this cell name databases by their ids. From the next run on tags, policies and switches decide what is enforced. Nothing checks these roles: their policies have to be what "headroom fleet list --login-policy" prints, and again when a database joins or leaves.';

/** A proof without a name proves nothing. */
async function knownIdentity(region: string | undefined): Promise<string> {
  const caller = await callerIdentity(region);
  if ('arn' in caller) return caller.arn;
  const message = `AWS did not say whose credentials these are (${caller.problem}), and a proof has a name. Nothing was changed.`;
  throw new RemediationError('registry-unwritable', message);
}

function stepText(step: ProofStep, region: string): string {
  switch (step.kind) {
    case 'take':
      return `It got in with the tag. Now take the tag away, in another terminal and by a role that may:\n${commandsOf('remove', step, region)}\nThis command waits for half an hour, and then asks for the tag again. Whatever happens, the tag has to come back:\n${commandsOf('add', step, region)}`;
    case 'put-back':
      return `Now put the tag back:\n${commandsOf('add', step, region)}`;
    case 'still-refused':
      return 'IAM refuses the login with the tag. It may not have seen the tag yet: this goes on for ten minutes.';
    case 'still-in':
      return 'It still gets in without the tag. IAM may not have seen that it went: this goes on for ten minutes.';
    default: {
      const never: never = step;
      return never;
    }
  }
}

function commandsOf(
  what: 'add' | 'remove',
  { holders }: Extract<ProofStep, { holders: unknown }>,
  region: string,
): string {
  return holders
    .map(({ arn, key, value }) =>
      what === 'add'
        ? `      aws rds add-tags-to-resource --region ${region} --resource-name ${arn} --tags 'Key=${key},Value=${value}'`
        : `      aws rds remove-tags-from-resource --region ${region} --resource-name ${arn} --tag-keys ${key}`,
    )
    .join('\n');
}

function resultText(proof: TagProof, { places }: SeenCell): string {
  switch (proof.kind) {
    case 'proven':
      return 'Proven: with its tag the database let the function in, without it IAM refused. From the next run on tags, policies and switches decide what is enforced in this cell.';
    case 'failed':
      return [
        `The proof failed: ${FAILURE_WORDS[proof.why]}. Nothing is enforced in this cell. ${ADVICE[proof.why]}`,
        'If IAM does not look at tags in this account, let the login roles name databases by their ids. These statements go in place of the two with rds-db:connect of each login role, and again when a database joins or leaves:',
        JSON.stringify(loginPolicy(places.map(({ seen }) => seen.database)), null, 2),
        'Then say so: headroom preflight --fleet --by-ids',
      ].join('\n\n');
    case 'no-proof':
      return `No proof: ${cleanMessage(proof.why)}. Nothing was changed in the cell. Correct it and try again.`;
    default: {
      const never: never = proof;
      return never;
    }
  }
}

const ADVICE = {
  'in-without-tag':
    'Look first for another policy of the login role that allows rds-db:connect without a condition.',
  'refused-with-tag': 'Look first whether "headroom fleet stop" denies all logins.',
} as const;
