import { expect, test } from 'vitest';
import { coordinatorsText, productText } from '../../functions/render/base/product.ts';
import { aSnapshot } from '../support/builders.ts';

const ours = { name: 'cn_5001', isOurs: true, sessions: 508, idle: 500 };
const other = { name: 'cn_5002', isOurs: false, sessions: 1, idle: 0 };

test('a server is named by its product', () => {
  expect(productText(aSnapshot().server)).toBe('PostgreSQL 18.4');
  const { server } = aSnapshot({ server: { flavor: 'gaussdb', version: 'openGauss 5.0.0' } });
  expect(productText(server)).toBe('openGauss 5.0.0');
});

test('coordinators are told where there are several', () => {
  const textOf = (coordinators: readonly (typeof ours)[]) =>
    coordinatorsText(aSnapshot({ server: { flavor: 'gaussdb', coordinators } }).server);
  expect(textOf([ours, other])).toBe(
    "Coordinators: cn_5001 (this one) 508 sessions, 500 idle; cn_5002 1 session, 0 idle. Each has slots of its own; from here only this one's are counted, and only its sessions can be ended.",
  );
  expect(textOf([ours])).toBeNull();
  expect(coordinatorsText(aSnapshot().server)).toBeNull();
});
