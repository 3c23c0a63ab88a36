import type { Row, Section } from '../row.ts';

const SUBJECT = '[warning] orders recovered #/#: 40 sessions ended, short message';

export const TELLING = {
  title: 'While a run is told',
  about: `The run ended well. The fault is in the report function, which is the built and deployed one. The record is kept, and the message
links to it.`,
  provenBy: 'telling.test.ts',
  versions: [18],
  rows: {
    loops: {
      fault: 'the report cannot finish: the diagnosis never ends',
      outcome: 'recovered',
      subject: SUBJECT,
      says: 'The cause could not be worked out. The work on the record was ended: it took',
      ends: 40,
    },
    fills: {
      fault: 'the report cannot finish: the advice takes memory without end',
      outcome: 'recovered',
      subject: SUBJECT,
      says: 'The message could not be written in full. The work on the record was ended: it took',
      ends: 40,
    },
    unreadable: {
      fault: 'the report cannot read the record',
      outcome: 'recovered',
      subject: SUBJECT,
      says: 'The record of this run could not be read.',
      ends: 40,
    },
    index: {
      fault: 'the report cannot draw the index of incidents',
      outcome: 'recovered',
      subject: '[warning] orders recovered #/#: idle pools of billing too large, 40 idle sessions ended',
      says: 'orders has room again: 24 of 64 slots used',
      ends: 40,
    },
  } satisfies Record<string, Row>,
} as const satisfies Section;
