import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, vi } from 'vitest';
import { credentialsOf } from '../../functions/aws/credentials.ts';
import type { Authorities, CredentialSource } from '../../functions/postgres/connection/target.ts';
import { type KeyPair, selfSignedCertificates } from '../support/certificates.ts';
import { ASKS_SHA256, serveGaussdb } from '../support/fake-gaussdb.ts';
import { startFakePooler } from '../support/fake-pooler.ts';
import { openSilent } from '../support/half-open.ts';
import { type LoopbackAws, startLoopbackAws } from '../support/loopback-aws.ts';
import type { LoopbackSecret } from '../support/loopback-secrets.ts';
import { LOOPBACK_IDENTITY } from '../support/loopback-server.ts';
import { listenOnLoopback } from '../support/proxy.ts';
import { reload } from '../support/reload.ts';
import { fillUntilRefused, openIdle } from '../support/sessions.ts';
import { startSlowNetwork } from '../support/slow-network.ts';
import { targetOf } from '../support/targets.ts';
import { proveRows, type Scenario } from './prove-rows.ts';
import { GETTING_IN } from './rows/getting-in.ts';
import { Stage } from './stage.ts';

/** Long enough for several tries. */
const SHORT_MS = 600;
/** More than a server of this size takes on at all. */
const HALF_OPEN = 150;
const SECRET = 'pg-headroom/orders';

const certificates = await selfSignedCertificates();
afterEach(() => vi.unstubAllEnvs());

/** A full server of which the run asks a secret's password. */
function withSecret(
  secretOf: (stage: Stage) => LoopbackSecret | null,
  onceRead: (aws: LoopbackAws, stage: Stage) => void = () => {},
): Scenario {
  return async (stage) => {
    await stage.fill();
    const secret = secretOf(stage);
    const aws = stage.use(await startLoopbackAws({ secrets: secret === null ? {} : { [SECRET]: secret } }));
    const environment = { ...LOOPBACK_IDENTITY, ...aws.environment };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const read = credentialsOf({ secret: SECRET }, targetOf(stage.server));
    const source: CredentialSource = async (refused) => {
      const credentials = await read(refused);
      if (refused === 0) onceRead(aws, stage);
      return credentials;
    };
    return stage.run({ source });
  };
}

const secretText = ({ headroom }: Stage, more: object = {}) =>
  JSON.stringify({ username: headroom.user, password: headroom.password, ...more });

/** A full server that presents this certificate to somebody who trusts this authority. */
function withTls(presented: KeyPair, authority: string): Scenario {
  return async (stage) => {
    await stage.fill();
    const { server } = stage;
    writeFileSync(join(server.folder, 'tls.key'), presented.key);
    writeFileSync(join(server.folder, 'tls.crt'), presented.cert);
    await reload(server);
    const caFile = join(server.folder, 'trusted.pem');
    writeFileSync(caFile, authority);
    return stage.run({ target: { tls: { mode: 'verify', caFile } } });
  };
}

/** A full server, and authorities that a run has at hand without being told. */
function trusting(caFile: Authorities): Scenario {
  return async (stage) => {
    await stage.fill();
    return stage.run({ target: { tls: { mode: 'verify', caFile } } });
  };
}

proveRows(
  GETTING_IN,
  {
    serverDown: async (stage) => {
      const gone = await listenOnLoopback(() => {});
      await gone[Symbol.asyncDispose]();
      await stage.fill();
      return stage.run({ target: gone });
    },
    shuttingDown: async (stage) => {
      const doomed = stage.use(await Stage.start({ version: stage.server.version }));
      await doomed.fill();
      process.kill(doomed.server.processId, 'SIGTERM');
      return doomed.run({ deadlineMs: SHORT_MS });
    },
    silent: async (stage) => {
      await stage.fill();
      return stage.run({ target: stage.use(await listenOnLoopback(() => {})), deadlineMs: SHORT_MS });
    },
    loginNeverEnds: async (stage) => {
      await stage.fill();
      return stage.run({ target: stage.use(await listenOnLoopback(() => {})), deadlineMs: 9_000 });
    },
    loginTakesLong: async (stage) => {
      await stage.query(`CREATE FUNCTION slow_login() RETURNS event_trigger LANGUAGE plpgsql AS $$
        BEGIN IF session_user = 'headroom' THEN PERFORM pg_sleep(5); END IF; END $$`);
      await stage.query('CREATE EVENT TRIGGER slow ON login EXECUTE FUNCTION slow_login()');
      stage.afterwards(() => stage.query('DROP FUNCTION slow_login() CASCADE'));
      await stage.fill();
      return stage.run();
    },
    resets: async (stage) => {
      await stage.fill();
      const target = stage.use(await listenOnLoopback((client) => client.resetAndDestroy()));
      return stage.run({ target, deadlineMs: SHORT_MS });
    },
    reserveLeft: async (stage) => {
      await stage.fill();
      return stage.run({ role: stage.app, deadlineMs: SHORT_MS });
    },
    allTaken: async (stage) => {
      await stage.fill();
      await fillUntilRefused(stage.server, { role: stage.server.superuser });
      return stage.run({ deadlineMs: SHORT_MS });
    },
    halfOpen: async (stage) => {
      await stage.fill();
      const clients = await openSilent(stage.server, HALF_OPEN);
      stage.afterwards(clients.close);
      // They are connected, but the server has yet to start a process for each of them before it hears of us.
      return stage.run({ deadlineMs: 20 * SHORT_MS });
    },
    roleLimit: async (stage) => {
      await stage.fill();
      await stage.query('ALTER ROLE headroom CONNECTION LIMIT 1');
      stage.afterwards(() => stage.query('ALTER ROLE headroom CONNECTION LIMIT -1'));
      await openIdle(stage.server, { role: stage.headroom });
      return stage.run({ deadlineMs: SHORT_MS });
    },
    databaseLimit: async (stage) => {
      await stage.query('CREATE DATABASE narrow CONNECTION LIMIT 1');
      await openIdle(stage.server, { role: stage.app, database: 'narrow' });
      await stage.fill();
      return stage.run({ target: { database: 'narrow' }, deadlineMs: SHORT_MS });
    },
    foreignEncoding: async (stage) => {
      await stage.query(
        "CREATE DATABASE mule TEMPLATE template0 ENCODING 'MULE_INTERNAL' LC_COLLATE 'C' LC_CTYPE 'C'",
      );
      await stage.fill();
      return stage.run({ target: { database: 'mule' } });
    },
    noSuchDatabase: async (stage) => {
      await stage.fill();
      return stage.run({ target: { database: 'nowhere' } });
    },
    rejected: async (stage) => {
      await stage.fill();
      await stage.query('ALTER ROLE headroom NOLOGIN');
      stage.afterwards(() => stage.query('ALTER ROLE headroom LOGIN'));
      return stage.run();
    },
    // An empty label is no name for any resolver, so none is asked.
    noName: async (stage) => {
      await stage.fill();
      return stage.run({ target: { host: 'orders..internal' } });
    },
    secretMissing: withSecret(() => null),
    secretMalformed: withSecret(() => ({ SecretString: '{"username":"headroom"}' })),
    secretOfAnother: withSecret((stage) => ({
      SecretString: secretText(stage, { host: 'billing.internal' }),
    })),
    secretRotated: withSecret(
      (stage) => ({ SecretString: secretText(stage, { password: 'old' }) }),
      (aws, stage) => aws.rotate(SECRET, secretText(stage)),
    ),
    secretPending: withSecret((stage) => ({
      SecretString: secretText(stage, { password: 'old' }),
      AWSPENDING: secretText(stage),
    })),
    secretPrevious: withSecret((stage) => ({
      SecretString: secretText(stage, { password: 'new' }),
      AWSPREVIOUS: secretText(stage),
    })),
    passwordWrong: withSecret((stage) => ({ SecretString: secretText(stage, { password: 'old' }) })),
    unspokenLogin: async (stage) => {
      await stage.fill();
      return stage.run({ target: stage.use(await serveGaussdb({ answer: ASKS_SHA256 })) });
    },
    noTls: async (stage, row) => {
      await stage.query('ALTER SYSTEM SET ssl = off');
      stage.afterwards(async () => {
        await stage.query('ALTER SYSTEM RESET ssl');
        await reload(stage.server);
      });
      return withTls(certificates.server, certificates.ca)(stage, row);
    },
    strangeAuthority: trusting(null),
    wrongName: withTls(certificates.wrongName, certificates.ca),
    expired: withTls(certificates.expired, certificates.ca),
    noAuthorities: trusting('/nowhere/ca.pem'),
    pooler: async (stage) => {
      await stage.fill();
      return stage.run({ target: stage.use(await startFakePooler(stage.server)) });
    },
    latency: async (stage) => {
      await stage.fill();
      return stage.run({ target: stage.use(await startSlowNetwork(stage.server, { latencyMs: 100 })) });
    },
    bandwidth: async (stage) => {
      await stage.fill();
      const target = stage.use(await startSlowNetwork(stage.server, { bytesPerSecond: 32_000 }));
      return stage.run({ target });
    },
  },
  { tls: certificates.server },
);
