import { escapeIdentifier } from 'pg';
import { openUnproven } from '../support/half-open.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { openAborted } from '../support/sessions.ts';
import { openFastpath, openGone, openStopped, openUnread, untilAnswered, untilStuck } from './clients.ts';
import { proveRows, type Scenario } from './prove-rows.ts';
import { LOOKING } from './rows/looking.ts';
import { createPrivilegedRole, ENFORCE, type Stage } from './stage.ts';

/** 63 bytes. */
const ODD_NAME = `it's "our"\nname; --${'漢'.repeat(14)}ab`;

/** Fills the server but for one slot, for roles that may use no reserve. */
async function fillButOne(stage: Stage): Promise<void> {
  const [last] = await stage.fill();
  await last?.close();
}

/** Our role may not read one relation, and a run that needs it looks. */
function withoutRight(relation: string, policy = ENFORCE): Scenario {
  return async (stage) => {
    await fillButOne(stage);
    const role = await createLeastPrivilegeRole(stage.server, `without_${relation}`);
    await stage.query(`REVOKE SELECT ON ${relation} FROM PUBLIC`);
    stage.afterwards(() => stage.query(`GRANT SELECT ON ${relation} TO PUBLIC`));
    return stage.run({ role, policy });
  };
}

proveRows(LOOKING, {
  blind: async (stage) => {
    const role = await createRole(stage.server, 'half "blind"');
    await stage.query(`GRANT pg_signal_backend TO ${escapeIdentifier(role.user)}`);
    await fillButOne(stage);
    return stage.run({ role });
  },
  untracked: async (stage) => {
    const role = await createRole(stage.server, 'quiet');
    await stage.query('ALTER ROLE quiet SET track_activities = off');
    await stage.fill({ role });
    return stage.run();
  },
  oddSettings: async (stage) => {
    const role = await createPrivilegedRole(stage.server, 'odd');
    const settings = { DateStyle: 'SQL, DMY', TimeZone: 'Asia/Kathmandu', search_path: 'nowhere' };
    for (const [name, value] of Object.entries(settings))
      await stage.query(`ALTER ROLE odd SET ${name} = '${value}'`);
    await stage.fill();
    return stage.run({ role });
  },
  names: async (stage) => {
    const role = await createRole(stage.server, ODD_NAME);
    await stage.query(`CREATE DATABASE ${escapeIdentifier(ODD_NAME)}`);
    await stage.server.connect(role, { application_name: ODD_NAME });
    await stage.fill({ role, database: ODD_NAME, application: '' });
    return stage.run({ role: await createPrivilegedRole(stage.server, `${ODD_NAME.slice(0, -2)}us`) });
  },
  locksUnread: withoutRight('pg_locks'),
  tablesUnread: withoutRight('pg_namespace', {
    ...ENFORCE,
    protect: { ...ENFORCE.protect, temporaryTables: true },
  }),
  clientGone: async (stage) => {
    await stage.openBystanders();
    await openGone(stage);
    return stage.run();
  },
  clientStopped: async (stage) => {
    await stage.openBystanders();
    await openStopped(stage);
    return stage.run();
  },
  clientDeaf: async (stage) => {
    await stage.openBystanders();
    await openUnread(stage, 40_000_000);
    await untilStuck(stage);
    return stage.run();
  },
  clientSlow: async (stage) => {
    await stage.openBystanders();
    await openUnread(stage, 50_000);
    await untilAnswered(stage);
    return stage.run();
  },
  states: async (stage) => {
    const role = await createRole(stage.server, 'silent');
    await stage.query('ALTER ROLE silent SET track_activities = off');
    await stage.server.connect(role);
    await openAborted(stage.server, { role: stage.app });
    await openFastpath(stage);
    // Before 18 it takes a slot that nobody sees.
    if (stage.server.version >= 18) {
      const starting = await openUnproven(stage.server, stage.app.user, 1);
      stage.afterwards(starting.close);
    }
    await stage.fill();
    return stage.run();
  },
});
