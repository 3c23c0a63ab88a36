import { escapeIdentifier } from 'pg';
import { connectInBytes } from '../support/bytes-client.ts';
import { openUnproven } from '../support/half-open.ts';
import { createLeastPrivilegeRole, createRole } from '../support/roles.ts';
import { openAborted, openIdle } from '../support/sessions.ts';
import { openFastpath, openGone, openStopped, openUnread, untilAnswered, untilStuck } from './clients.ts';
import { proveRows, type Scenario } from './prove-rows.ts';
import { LOOKING } from './rows/looking.ts';
import { createPrivilegedRole, ENFORCE, REST, type Stage } from './stage.ts';

/** 63 bytes. */
const ODD_NAME = `it's "our"\nname; --${'漢'.repeat(14)}ab`;

/** Fills the server but for one slot, for roles that may use no reserve. */
async function fillButOne(stage: Stage): Promise<void> {
  const [last] = await stage.fill();
  await last?.close();
}

function createDatabase(stage: Stage, encoding: string): Promise<unknown> {
  return stage.query(
    `CREATE DATABASE ${encoding} TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`,
  );
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
  encodings: async (stage) => {
    await createDatabase(stage, 'latin1');
    const admin = await connectInBytes(stage.server, stage.server.superuser, { database: 'latin1' });
    await admin.ask('CREATE ROLE "jos\xe9" LOGIN PASSWORD \'secret\'');
    await admin.close();
    const role = { user: 'jos\xe9', password: 'secret' };
    await stage.openBystanders();
    for (let count = 0; count < REST; count += 1)
      await (await connectInBytes(stage.server, role, { database: 'latin1' })).ask("SELECT 'Jos\xe9'");
    return stage.run();
  },
  unknownEncoding: async (stage) => {
    await createDatabase(stage, 'sql_ascii');
    await stage.openBystanders();
    for (let count = 0; count < REST; count += 1)
      await (await connectInBytes(stage.server, stage.app, { database: 'sql_ascii' })).ask(
        "SELECT '\xff' AS \xe9",
      );
    return stage.run();
  },
  backups: async (stage) => {
    const isOld = stage.server.version < 15;
    const signature = isOld ? 'pg_start_backup(text, boolean, boolean)' : 'pg_backup_start(text, boolean)';
    await stage.query(`GRANT EXECUTE ON FUNCTION ${signature} TO app`);
    await stage.openBystanders();
    const statement = isOld
      ? "SELECT pg_start_backup('x', true, false)"
      : "SELECT pg_backup_start('x', true)";
    for (let count = 0; count < REST; count += 1)
      await openIdle(stage.server, { role: stage.app, application: 'psql', statement });
    return stage.run();
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
