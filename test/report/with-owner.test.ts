import { expect, test } from 'vitest';
import type { Message } from '../../functions/render/base/message.ts';
import { renderTestMessage } from '../../functions/render/message/test-message.ts';
import type { ReportPorts } from '../../functions/report/report-ports.ts';
import { withOwner } from '../../functions/report/with-owner.ts';

const MESSAGE = renderTestMessage('a person', '2026-11-29T03:00:00.000Z');
const IDENTITY = { id: 'm', kind: 'test', incident: null } as const;

function heardBy(owner: string | null): Promise<readonly (string | undefined)[]> {
  const heard: (string | undefined)[] = [];
  const listen = async ({ attributes }: Message): Promise<undefined> => {
    heard.push(attributes.owner);
  };
  const publish: ReportPorts['publish'] = withOwner({ people: listen, chat: null, webhook: listen }, owner);
  const all = [publish.people, publish.chat, publish.webhook].map((to) => to?.(MESSAGE, IDENTITY));
  return Promise.all(all).then(() => heard);
}

test('Every topic and every receiver gets the owner as an attribute', async () => {
  expect(await heardBy('payments')).toEqual(['payments', 'payments']);
});

test.each([null, ''])('Without an owner (%j) nothing is added', async (owner) => {
  expect(await heardBy(owner)).toEqual([undefined, undefined]);
});
