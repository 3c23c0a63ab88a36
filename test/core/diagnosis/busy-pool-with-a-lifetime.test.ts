import { expect, test } from 'vitest';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import type { Client } from '../../drawings/drawing.ts';
import { recordOfScene } from '../../drawings/record-of-scene.ts';
import { DAY, HOUR, MINUTE } from '../../drawings/stage.ts';

/** A pool that works all the time, by the ages of its sessions in minutes. */
const busy = (minutes: readonly number[]): readonly Client[] =>
  minutes.map((ago, at) => ({
    user: 'shop',
    application: 'web',
    database: 'shop',
    address: '10.4.0.2',
    openedAt: -ago * MINUTE,
    state: at % 3 === 0 ? 'idle' : 'active',
    since: -40,
    statement: 'SELECT * FROM cart WHERE id = $1',
    waitEvent: 'DataFileRead',
  }));

const causeOf = (clients: readonly Client[]) =>
  diagnose(
    recordOfScene({ clients, uptimeMs: 60 * DAY, free: 0, trigger: 'alarm', refused: [], version: '17.10' }),
  )?.cause;

/** Of twenty, sixteen were replaced within the last twenty minutes, after lifetimes of up to four hours. */
const REPLACED = [1, 2, 4, 5, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 47, 90, 160, 230];

test('a busy pool that replaces its sessions after some hours has no more traffic than before', () => {
  expect(causeOf(busy(REPLACED))).not.toBe('traffic-spike');
});

test('but most sessions of minutes beside few of last week are more traffic', () => {
  const surge = REPLACED.map((ago) => (ago > 20 ? (7 * DAY) / MINUTE : Math.min(ago, (HOUR / MINUTE) * 0.2)));
  expect(causeOf(busy(surge))).toBe('traffic-spike');
});
