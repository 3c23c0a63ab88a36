import { join } from 'node:path';
import type { Program } from '../clients/program.ts';
import { startAsked } from './asked-program.ts';
import { startHost } from './hosts.ts';
import type { As, Scene } from './scene.ts';

/** A process with real pools of psycopg2 on a host of its own. */
export async function startPsycopg2(scene: Scene, as: As & { readonly address: string }): Promise<Program> {
  const { host, port } = scene.use(await startHost(scene.server, as.address));
  return await startAsked(scene, {
    file: '/usr/bin/python3',
    args: ['-B', join(import.meta.dirname, 'programs/psycopg2_pools.py')],
    as,
    env: { PGHOST: host, PGPORT: String(port) },
  });
}
