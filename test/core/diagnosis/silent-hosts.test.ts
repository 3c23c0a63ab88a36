import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../functions/core/diagnosis/diagnosis.ts';
import type { Client, Scene } from '../../drawings/drawing.ts';
import { recordOfScene } from '../../drawings/record-of-scene.ts';
import { HOUR, MINUTE, SECOND } from '../../support/builders.ts';

const REQUEST = 'UPDATE stock SET count = $1 WHERE id = $2';

const DAY = 24 * HOUR;

/** Sessions of one host of a service. */
const host = (address: string, size: number, of: (at: number) => Partial<Client>): readonly Client[] =>
  Array.from({ length: size }, (_, at) => ({
    user: 'legacy',
    application: 'legacy',
    database: 'main',
    address,
    openedAt: -DAY,
    state: 'idle',
    since: -MINUTE,
    statement: REQUEST,
    ...of(at),
  }));

const diagnosed = (clients: readonly Client[], more: Partial<Scene> = {}) =>
  diagnose(recordOfScene({ clients, uptimeMs: 900 * DAY, free: 1, trigger: 'alarm', refused: [], ...more }));

/** All sessions of a host are tested at one moment, this long ago. */
const tested = (address: string, agoMs: number) => host(address, 15, (at) => ({ since: -agoMs + at * 4 }));

/** Requests of a second or two ago, on sessions of any age. */
const busy = (address: string, openedAt = -DAY) =>
  host(address, 15, (at) => ({ openedAt: openedAt + at, since: -30 - at * 150 }));

/** A host that is gone since then, with requests of all its sessions within a few seconds before. */
const gone = (address: string, agoMs: number) => host(address, 15, (at) => ({ since: -agoMs - at * 150 }));

describe('Hosts that are silent together', () => {
  test('are gone where others of their program go on', () => {
    const clients = [...gone('10.0.0.1', 2 * MINUTE), ...busy('10.0.0.2'), ...busy('10.0.0.3')];
    expect(diagnosed(clients)?.cause).toBe('dead-clients');
  });

  test('are not gone where all hosts rest between two tests of all connections', () => {
    const clients = [
      ...tested('10.0.0.1', 145 * SECOND),
      ...tested('10.0.0.2', 131 * SECOND),
      ...tested('10.0.0.3', 2 * SECOND),
    ];
    expect(diagnosed(clients, { isTold: false })?.cause).toBe('oversized-idle-pools');
  });

  test('have lost their work to others, if these are all new: it may have been moved', () => {
    const silent = [...gone('10.0.0.1', 9 * MINUTE), ...gone('10.0.0.2', 9 * MINUTE)];
    const started = (agoMs: number) => [...busy('10.0.0.3', -agoMs), ...busy('10.0.0.4', -agoMs)];
    expect(diagnosed([...silent, ...started(12 * MINUTE)])?.cause).not.toBe('dead-clients');
    expect(diagnosed([...silent, ...started(8 * MINUTE)])?.cause).toBe('dead-clients');
  });

  test('are gone where all hosts of the program started one after the other, minutes before', () => {
    const opened = (clients: readonly Client[], agoMs: number) =>
      clients.map((client) => ({ ...client, openedAt: -agoMs }));
    const clients = [
      ...opened(gone('10.0.0.1', 9 * MINUTE), 18 * MINUTE),
      ...opened(busy('10.0.0.2'), 17 * MINUTE),
      ...opened(busy('10.0.0.3'), 16 * MINUTE),
    ];
    expect(diagnosed(clients)?.cause).toBe('dead-clients');
  });
});

describe('Answers that wait for their client', () => {
  const waiting = (statement: string, application = 'exporter') =>
    host('10.0.0.9', 16, (at) => ({
      application,
      state: 'active',
      since: -10 * MINUTE - at,
      waitEvent: 'ClientWrite',
      statement,
    }));

  test('are not taken by clients that are gone', () => {
    expect(diagnosed(waiting('SELECT * FROM big'))).toMatchObject({
      cause: 'dead-clients',
      confidence: 'high',
    });
  });

  test.each([
    ['a copy', 'COPY big TO STDOUT', 'exporter'],
    ['a dump in parallel', 'COPY public.big (id) TO stdout;', 'pg_dump'],
  ])('are taken again and again by %s', (_, statement, application) => {
    expect(diagnosed(waiting(statement, application))?.cause).not.toBe('dead-clients');
  });

  test('say nothing where the statement is not told: it may be a copy', () => {
    expect(diagnosed(waiting('COPY big TO STDOUT'), { isTold: false })?.cause).toBe('unclear');
  });

  test('say nothing of too few slots either, beside others at work', () => {
    const clients = [...waiting('SELECT * FROM big'), ...busy('10.0.0.2'), ...busy('10.0.0.3')];
    expect(diagnosed(clients, { isTold: false })?.cause).toBe('unclear');
  });
});

describe('A pool that tests its connections', () => {
  const justTested = (statement: string) =>
    ['10.0.0.1', '10.0.0.2', '10.0.0.3'].flatMap((address) =>
      host(address, 14, (at) => ({ openedAt: -HOUR - at * 7 * MINUTE, since: -3_000 - at * 10, statement })),
    );

  test.each(['', ';', 'SELECT ?', 'SELECT 1'])('is not in use at the moment of a test: %j', (statement) => {
    expect(diagnosed(justTested(statement))?.cause).toBe('oversized-idle-pools');
  });

  test('may not be in use where the last statement is not told', () => {
    expect(diagnosed(justTested(REQUEST), { isTold: false })?.cause).toBe('unclear');
  });

  test('is in use where the last statement is work', () => {
    expect(diagnosed(justTested(REQUEST))?.cause).not.toBe('oversized-idle-pools');
  });
});
