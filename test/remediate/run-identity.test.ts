import { expect, test } from 'vitest';
import { CODE_VERSION } from '../../functions/core/base/code-version.ts';
import type { Story } from '../../functions/core/incident/incident.ts';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import { unpackRecord } from '../../functions/core/run/codec/unpack-record.ts';
import { policyHash } from '../../functions/remediate/policy-hash.ts';
import type { RemediatePorts } from '../../functions/remediate/ports.ts';
import { remediate } from '../../functions/remediate/remediate.ts';
import type { Message } from '../../functions/render/base/message.ts';
import { renderFailure } from '../../functions/render/message/failure.ts';
import { renderMisconfigurations } from '../../functions/render/message/misconfigured.ts';
import { renderOver } from '../../functions/render/message/over.ts';
import { renderIncident } from '../../functions/render/message/render-incident.ts';
import { report } from '../../functions/report/report.ts';
import { aPolicy } from '../support/builders.ts';
import { KILLED_RUN } from '../support/failed-runs.ts';
import { toPeople } from '../support/published.ts';
import { recordOf } from '../support/records.ts';
import { misconfiguredBy } from '../support/remembered.ts';
import { notingPorts } from '../support/report-steps.ts';
import { aRequest } from '../support/runs.ts';
import { STORIES } from '../support/stories.ts';

const IDENTITY = { code: '0.1.0+a1b2c3d4e5f6', policyHash: policyHash(aPolicy()) };
const record = { ...recordOf('recovered'), ...IDENTITY };

test('every run says so, also one that its policy switches off', async () => {
  const policy = aPolicy({ mode: 'off' });
  const unused = () => Promise.reject(new Error('A run that is off needs nothing'));
  const ports: RemediatePorts = {
    ownRole: unused,
    connect: unused,
    recall: unused,
    readPooler: unused,
    sleep: unused,
    now: Date.now,
    log: () => {},
  };
  const ended = await remediate(aRequest({ policy }), ports);
  expect(ended).toMatchObject({ outcome: 'off', code: CODE_VERSION, policyHash: policyHash(policy) });
  expect(policyHash(policy)).not.toBe(policyHash(aPolicy()));
});

test('the record says which code ran by which policy, also where it travels packed', () => {
  expect(unpackRecord(packRecord(record))).toMatchObject(IDENTITY);
  expect(packRecord(record).head).toMatchObject(IDENTITY);
});

const SHOWN = `code 0.1.0+a1b2c3d4e5f6, policy ${IDENTITY.policyHash.slice(0, 12)}`;
const flat = (text: string) => text.replaceAll('`', '').replaceAll(/\s+/g, ' ');
const MISCONFIGURED = misconfiguredBy({ grants: { pg_use_reserved_connections: 'missing' } });

function overStory(): Story {
  const told = STORIES['life-over']?.();
  if (told === undefined) throw new Error('There is no such story');
  return told.story;
}

/** What people and rooms are told of a result of `remediate`. */
async function toldOf(payload: unknown): Promise<Message> {
  const messages: Message[] = [];
  const publish = toPeople(async (message) => {
    messages.push(message);
  });
  const destination = {
    kind: 'record',
    functionName: 'pg-headroom-orders',
    requestId: 'r',
    payload,
  } as const;
  await report(destination, { ...notingPorts([]), keep: null, publish });
  const [message] = messages;
  if (message === undefined) throw new Error('Nothing was told');
  return message;
}

test.each<[string, () => Message | Promise<Message>]>([
  ['of a run', () => renderIncident(record)],
  ['of an incident that is over', () => renderOver(record, overStory())],
  ['of what is to be mended', () => renderMisconfigurations(record, MISCONFIGURED)],
  ['of a record that cannot be read', () => toldOf({ ...packRecord(record), packed: 'broken' })],
  [
    'of a run without an outcome that is known',
    () => toldOf({ ...packRecord(record), outcome: 'new', packed: 'broken' }),
  ],
])('a message %s names code and policy, for people and for rooms', async (_, write) => {
  const { text, chat } = await write();
  expect(flat(text)).toContain(` · ${SHOWN}`);
  expect(flat(chat.content.description)).toContain(`*This run:* Run by ${SHOWN}.`);
});

test.each<[string, () => Message | Promise<Message>]>([
  ['a run that failed', () => renderFailure(KILLED_RUN, null)],
  ['a result of which nothing can be read', () => toldOf('nothing')],
])('a message of %s names the code that tells it', async (_, write) => {
  const { text, chat } = await write();
  expect(flat(text)).toContain(` · message written by code ${CODE_VERSION}`);
  expect(flat(chat.content.description)).toContain(`*This run:* Message written by code ${CODE_VERSION}.`);
});

test('a record from before has neither, and its message no such line', () => {
  const { text, chat } = renderIncident(recordOf('recovered'));
  expect([text, chat.content.description].join()).not.toMatch(/Run by|This run/);
});
