import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoopbackFunction, type LoopbackLambda, startLoopbackLambda } from './loopback-lambda.ts';

/** Functions that a test writes itself, in a folder that is removed with them. */
export type LambdaBench = {
  readonly folder: string;
  /** A function with this code as its `index.mjs`. */
  readonly bundle: (code: string, more?: Partial<LoopbackFunction>) => LoopbackFunction;
  readonly deploy: (functions: Record<string, LoopbackFunction>) => LoopbackLambda;
  /** Stops what was deployed and removes the folder. */
  readonly clear: () => Promise<void>;
};

export const ECHO = 'export const handler = async (event) => ({ got: event, pid: process.pid });';
export const THROWS = 'export const handler = async () => { throw new RangeError("too far"); };';

export function makeLambdaBench(): LambdaBench {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-lambda-'));
  const deployed: LoopbackLambda[] = [];
  return {
    folder,
    bundle(code, more = {}) {
      const bundle = mkdtempSync(join(folder, 'bundle-'));
      writeFileSync(join(bundle, 'index.mjs'), code);
      return { bundle, handler: 'index.handler', timeoutSeconds: 5, ...more };
    },
    deploy(functions) {
      const service = startLoopbackLambda({ functions });
      deployed.push(service);
      return service;
    },
    async clear() {
      await Promise.all(deployed.map((service) => service.stop()));
      rmSync(folder, { recursive: true });
    },
  };
}

/**
 * A zombie counts as ended. Its parent, which for an orphan is the system's first process, may take seconds to notice.
 */
export function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    if (process.platform !== 'linux') return true;
    return !/\) [ZX] /.test(readFileSync(`/proc/${processId}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
