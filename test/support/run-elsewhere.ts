import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { guardAgainstOrphaning } from './lambda-guard.ts';
import type { Role } from './postgres-server.ts';
import type { Address } from './proxy.ts';
import { waitUntil } from './wait-until.ts';

/** The order for the other process. */
export type Errand = {
  readonly address: Address;
  readonly role: Role;
  /** This many slots are to be free in the end. */
  readonly freeSlots: number;
  readonly deadlineMs: number;
};

/** The words that it reports about its run, in this order. */
export type Word =
  | { readonly word: 'terminating'; readonly pids: readonly number[] }
  | { readonly word: 'sent' }
  | { readonly word: 'ended'; readonly record: RunRecord };

type WordOf<Which> = Extract<Word, { readonly word: Which }>;

const PROGRAM = new URL('./run-elsewhere-process.ts', import.meta.url).pathname;

/**
 * A run of the real workflow in a process of its own, which can be frozen and killed. It ends with our process at the
 * latest.
 */
export class RunElsewhere implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #words: Word[] = [];

  constructor(errand: Errand) {
    this.#process = spawn(process.execPath, [PROGRAM, JSON.stringify(errand)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    guardAgainstOrphaning(this.#process);
    this.#process.on('message', (word) => this.#words.push(word as Word));
  }

  /** Its first window is logged, and not yet sent. */
  async terminating(): Promise<readonly number[]> {
    return (await this.#heard('terminating')).pids;
  }

  /** Lets it send its first window. Resolves when that is on its way. Later windows go by themselves. */
  async send(): Promise<void> {
    this.#process.send('send');
    await this.#heard('sent');
  }

  /** The record of the run, after its process has ended by itself, which shows that the run left nothing open. */
  async record(): Promise<RunRecord> {
    const { record } = await this.#heard('ended');
    await this.#over();
    if (this.#process.exitCode !== 0) throw new Error('The process did not end well');
    return record;
  }

  /** Stops it wherever it is, as Lambda freezes a function. Connections stay open. */
  async freeze(): Promise<void> {
    this.#process.kill('SIGSTOP');
    const state = () =>
      execFileSync('ps', ['-o', 'stat=', '-p', String(this.#process.pid)], { encoding: 'utf8' });
    await waitUntil(() => state().startsWith('T'), { what: 'the process had stopped' });
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#over();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #heard<Which extends Word['word']>(which: Which): Promise<WordOf<Which>> {
    const find = () => this.#words.find(({ word }) => word === which);
    await waitUntil(find, { what: `the run said "${which}"` });
    return find() as WordOf<Which>;
  }

  async #over(): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode === null && signalCode === null) await once(this.#process, 'exit');
  }
}
