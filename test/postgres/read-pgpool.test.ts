import { describe, expect, test } from 'vitest';
import { readPgPool } from '../../functions/postgres/pooler/read-pgpool.ts';

/** What is read of a pgpool-II of this version, whose status has this value of the setting, or none. */
async function failsOver(version: string, value?: string) {
  const { settings } = await readPgPool(async (command) => {
    if (command === 'SHOW POOL_VERSION') return [{ pool_version: version }];
    if (command !== 'SHOW POOL_STATUS') return [];
    return value === undefined ? [] : [{ item: 'failover_on_backend_shutdown', value }];
  });
  return settings.failsOver;
}

describe('Whether pgpool-II takes the end of a session for the end of the server', () => {
  test.each([
    ['4.3.5 (tamahomeboshi)', '1', true],
    ['4.3.5 (tamahomeboshi)', '0', false],
    ['4.7.3', 'off', false],
    ['4.7.3', 'on', true],
  ])('%s says it in its status: %s', async (version, value, expected) => {
    expect(await failsOver(version, value)).toBe(expected);
  });

  test.each(['3.7.12 (amefuriboshi)', '4.2.1 (chichiriboshi)'])(
    'is always so before 4.3, which has no setting: %s',
    async (version) => {
      expect(await failsOver(version)).toBe(true);
    },
  );

  test.each(['4.3.5 (tamahomeboshi)', '4.7.3', '4.10.0', '5.0', ''])(
    'is unknown where another version does not say: %j',
    async (version) => {
      expect(await failsOver(version)).toBeNull();
    },
  );
});
