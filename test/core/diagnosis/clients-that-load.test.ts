import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import type { Client } from '../../drawings/drawing.ts';
import { recordOfScene } from '../../drawings/record-of-scene.ts';
import { DAY, MINUTE } from '../../drawings/stage.ts';

const COPY = 'COPY readings FROM STDIN';

/** Copies of minutes ago; the server waits for the client of these at the moment, and works on the others. */
const copies = (waiting: number, working: number, statement = COPY): readonly Client[] =>
  Array.from({ length: waiting + working }, (_, at) => ({
    user: 'loader',
    application: 'loader',
    database: 'main',
    address: '10.6.0.1',
    openedAt: -DAY,
    state: 'active',
    since: -MINUTE - at * 900,
    statement: at < waiting ? COPY : statement,
    waitEvent: at < waiting ? 'ClientRead' : 'DataFileExtend',
  }));

const causeOf = (clients: readonly Client[], isTold: boolean) =>
  diagnose(recordOfScene({ clients, uptimeMs: 9 * DAY, free: 0, trigger: 'alarm', refused: [], isTold }))
    ?.cause;

describe('Clients whose copies wait for input', () => {
  test.each([true, false])('owe it if all of them wait (statements told: %s)', (isTold) => {
    expect(causeOf(copies(24, 0), isTold)).toBe('clients-owe-input');
  });

  test('send it if the server works on some of them: these are long statements', () => {
    expect(causeOf(copies(16, 8), true)).toBe('slow-queries');
  });

  test('may send it where no statement is told', () => {
    expect(causeOf(copies(16, 8), false)).toBe('unclear');
  });

  test('owe it beside slow queries of their program', () => {
    expect(causeOf(copies(16, 8, 'SELECT * FROM readings'), true)).toBe('clients-owe-input');
  });
});
