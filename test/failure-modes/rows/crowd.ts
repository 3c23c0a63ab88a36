import type { Row, Section } from '../row.ts';

export const CROWD = {
  title: 'A large server',
  about: 'The same run on a server with as many sessions as large ones have.',
  provenBy: 'crowd.test.ts',
  versions: [18],
  rows: {
    crowd: {
      fault: 'there are 1,900 sessions',
      outcome: 'recovered',
      subject: '[warning] orders recovered …500 idle sessions… ended…',
      says: null,
      ends: 500,
    },
  } satisfies Record<string, Row>,
} as const satisfies Section;
