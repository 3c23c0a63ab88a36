import { expect, test } from 'vitest';
import { newerReleases } from './newest-releases.ts';

const INSTALLED = [
  { major: 14, version: '14.23.0-beta.17' },
  { major: 18, version: '18.4.0-beta.17' },
];

test('the newest release of each installed major version is taken, by number and not by text', () => {
  const listed = [
    '18.4.0-beta.17',
    '18.10.0-beta.17',
    '18.9.0-beta.18',
    '14.23.0-beta.17',
    '14.22.0-beta.18',
  ];
  expect(newerReleases(INSTALLED, listed)).toEqual([{ major: 18, version: '18.10.0-beta.17' }]);
});

test('a new build of the same release is newer, and a build before it is not', () => {
  expect(newerReleases(INSTALLED, ['14.23.0-beta.18', '18.4.0-beta.16'])).toEqual([
    { major: 14, version: '14.23.0-beta.18' },
  ]);
});

test('another major version and another form are left out', () => {
  expect(newerReleases(INSTALLED, ['19.0.0-beta.17', '18.5', 'latest', ''])).toEqual([]);
  expect(newerReleases(INSTALLED, [])).toEqual([]);
});
