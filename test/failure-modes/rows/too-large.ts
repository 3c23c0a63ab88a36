import type { Row, Section } from '../row.ts';

export const TOO_LARGE = {
  title: 'An incident that is too large',
  about:
    'So many sessions that each pair of them cannot be looked at, or that one record cannot hold them. The report function is the built and deployed one.',
  provenBy: 'too-large.test.ts',
  versions: [18],
  rows: {
    pileUp: {
      fault: 'a pile-up of 2,000: all of them wait for one row',
      outcome: 'no-candidates',
      subject: '[critical] orders FULL #/#: booking blocks # sessions, policy spares all',
      says: '1999 sessions wait behind.',
      ends: 0,
    },
    record: {
      fault: 'the record is too large: 500 of 2,000 sessions go, each with names and a statement of its own',
      outcome: 'recovered',
      subject: '[warning] orders recovered …500 idle sessions… ended…',
      says: 'The record was too large and left out: statements.',
      ends: 500,
    },
  } satisfies Record<string, Row>,
} as const satisfies Section;
