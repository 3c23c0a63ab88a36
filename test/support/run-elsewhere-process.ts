import { once } from 'node:events';
import { remediate } from '../../functions/remediate/remediate.ts';
import type { Errand, Word } from './run-elsewhere.ts';
import { aRequest, briskPorts, eagerPolicy, withDatabase } from './runs.ts';
import { inMs } from './targets.ts';

/** One run, which reports each step to the process that started this one. It ends only by itself. */

const { address, role, freeSlots, deadlineMs } = JSON.parse(process.argv[2] ?? '') as Errand;
const say = (word: Word) => process.send?.(word);

let isHeld = true;
const ports = withDatabase(briskPorts(address, role), (database) => ({
  ...database,
  terminate: async (victims) => {
    if (!isHeld) return database.terminate(victims);
    isHeld = false;
    await once(process, 'message');
    const guards = database.terminate(victims);
    // By then the statements have been handed to the system.
    setImmediate(() => say({ word: 'sent' }));
    return guards;
  },
}));
const record = await remediate(
  aRequest({ policy: eagerPolicy('enforce', { freeSlots }), deadline: inMs(deadlineMs) }),
  { ...ports, log: (_, { pids }) => say({ word: 'terminating', pids: pids as readonly number[] }) },
);
say({ word: 'ended', record });
