import { rmSync } from 'node:fs';
import { afterAll } from 'vitest';
import { compileJava, java } from './commands.ts';
import { isInstalled } from './installed.ts';
import { ANSWERS, proveRows } from './prove-rows.ts';
import { requestPlay } from './request-play.ts';
import { HIKARICP } from './rows/hikaricp.ts';

/** More than there are slots. */
const requests = Array.from({ length: 30 }, (_, at) => String(at));
const tells = / WARN /;

if (isInstalled('HikariCP')) {
  const classes = compileJava();
  afterAll(() => rmSync(classes, { recursive: true }));

  proveRows(
    HIKARICP,
    () => ({
      start: java(classes, 'NeverClosed', 'close=true', 'maximumPoolSize=4', 'minimumIdle=4'),
      request: '1',
      health: ANSWERS,
    }),
    {
      taskSlots: () =>
        requestPlay({
          start: java(classes, 'TaskSlots'),
          mended: (most) =>
            java(classes, 'TaskSlots', `maximumPoolSize=${Math.floor(most / 3)}`, 'minimumIdle=2'),
          work: [['open', 'open', 'open']],
          taken: (scene, opened) => scene.untilOffenders(opened * 10),
          afterwards: ['invoke', 'flush'],
          tells,
          remark: async (scene) => `and holds ${await scene.offenders()} sessions again`,
        }),
      neverClosed: () =>
        requestPlay({
          start: java(classes, 'NeverClosed'),
          // Where nothing is wrong, a slow machine has the time that HikariCP gives by default.
          mended: () => java(classes, 'NeverClosed', 'close=true', 'connectionTimeout=30000'),
          work: [requests],
          afterwards: ['1', '2'],
          tells,
        }),
    },
  );
}
