import { describe, expect, test } from 'vitest';
import { parseDatabaseUrl } from '../../../functions/core/budget/database-url.ts';

describe('A URL', () => {
  test.each([
    ['postgres://app:s@db/shop?connection_limit=5', ['db', 'app', 'shop', 5]],
    [
      'postgresql://app@DB.example.com:5432/shop?schema=x&pool_size=12',
      ['db.example.com', 'app', 'shop', 12],
    ],
    ['postgresql+asyncpg://app@db/shop', ['db', 'app', 'shop', null]],
    ['jdbc:postgresql://db:5432/shop?user=app&maximumPoolSize=7', ['db', 'app', 'shop', 7]],
    ['postgres://a%40b@one,two:5433/shop?pool=3', ['one', 'a@b', 'shop', 3]],
    ['postgresql+psycopg2://app@db/shop?pool_size=5&max_overflow=10', ['db', 'app', 'shop', 15]],
    ['postgresql+psycopg2://app@db/shop?pool_size=5&max_overflow=-1', ['db', 'app', 'shop', null]],
    ['postgres://app:a,b@one,two/shop?pool=3', ['one', 'app', 'shop', 3]],
    ['ecto://app@db/shop?pool_size=3', ['db', 'app', 'shop', 3]],
    ['r2dbc:pool:postgresql://db/shop?maxSize=3', ['db', null, 'shop', 3]],
    ['postgresql:///?host=db&dbname=shop&user=app&pool=2', ['db', 'app', 'shop', 2]],
    [`postgres://app:\${PW}@db:\${PORT}/shop?pool=2`, ['db', 'app', 'shop', 2]],
    ['postgres://app:$(PW)@db:$(PORT)/shop?pool=2', ['db', 'app', 'shop', 2]],
    ['postgres://db/shop?pool_size=0', ['db', null, 'shop', null]],
    ['postgres://db/shop?pool_size=1e9', ['db', null, 'shop', null]],
  ])('%s says host, role, database and pool', (text, [host, role, database, pool]) => {
    expect(parseDatabaseUrl(text)).toEqual({ host, role, database, pool });
  });

  test.each(['postgres://[', 'postgres://app:p#ss/w@db/shop?pool=9'])(
    '%j is unreadable, and no URL of something else',
    (text) => {
      expect(parseDatabaseUrl(text)).toBe('unreadable');
    },
  );

  test.each(['mysql://db/shop', 'https://db/', 'postgres', ''])('%j is none of PostgreSQL', (text) => {
    expect(parseDatabaseUrl(text)).toBeNull();
  });
});
