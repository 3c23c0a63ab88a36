import type { TestServer } from './postgres-server.ts';
import { waitUntil } from './wait-until.ts';

/** Makes the server read its configuration files again. */
export async function reload(server: TestServer): Promise<void> {
  const reloads = () => server.log().split('reloading configuration files').length;
  const before = reloads();
  process.kill(server.processId, 'SIGHUP');
  await waitUntil(() => reloads() > before, { what: 'the server had reloaded' });
}
