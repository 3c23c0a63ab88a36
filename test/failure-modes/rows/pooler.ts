import type { Row, Section } from '../row.ts';

export const POOLER = {
  title: 'A pooler in front of the server',
  about: 'The pooler is declared, so a run reads in its console which sessions belong to the pooler.',
  provenBy: 'pooler.test.ts',
  versions: [18],
  rows: {
    severalProcesses: {
      fault: 'a PgBouncer of several processes: its console lists the sessions of one of them',
      outcome: 'recovered',
      subject: '[warning] orders recovered …6 idle sessions… ended…',
      says: 'others may share its port (so_reuseport).',
      ends: 6,
    },
  } satisfies Record<string, Row>,
} as const satisfies Section;
