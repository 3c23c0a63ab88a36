import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { ClientConfig } from 'pg';
import { waitUntil } from '../support/wait-until.ts';
import { CONNECTION_VARIABLE } from './clients/parent.ts';

/** A client application in a process of its own, which tells what happens to it. */
export class ClientProcess implements AsyncDisposable {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #facts = new Map<string, { count: number; firstAt: number }>();

  constructor(name: string, connection: ClientConfig) {
    this.name = name;
    this.#child = fork(join(import.meta.dirname, 'clients', `${name}.ts`), {
      env: { PATH: process.env.PATH, [CONNECTION_VARIABLE]: JSON.stringify(connection) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.on('message', ({ fact, count }: { fact: string; count: number }) => {
      const known = this.#facts.get(fact) ?? { count: 0, firstAt: performance.now() };
      known.count += count;
      this.#facts.set(fact, known);
    });
  }

  /** How often it told this. */
  count(fact: string): number {
    return this.#facts.get(fact)?.count ?? 0;
  }

  /** When it first told this, on the clock of `performance.now()`; null when it did not. */
  firstAt(fact: string): number | null {
    return this.#facts.get(fact)?.firstAt ?? null;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async told(fact: string, times = 1): Promise<void> {
    await waitUntil(() => this.count(fact) >= times, {
      what: `${this.name} told "${fact}" ${times} times`,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isAlive) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await ended;
  }
}
