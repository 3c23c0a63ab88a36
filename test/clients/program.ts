import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { guardAgainstOrphaning } from '../support/lambda-guard.ts';
import { waitUntil } from '../support/wait-until.ts';

export type Command = {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

/** A client application in a process of its own, which ends with ours at the latest. */
export class Program implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #out: string[] = [];
  #err = '';
  /** Requests that got their answer, whether good or bad. */
  #answered = 0;
  #asking: Promise<void> = Promise.resolve();
  #asksOn = false;

  constructor({ file, args, env }: Command) {
    this.#child = spawn(file, args, { env: { ...env }, stdio: 'pipe' });
    guardAgainstOrphaning(this.#child);
    const { stdout, stderr, stdin } = this.#child;
    if (!stdout || !stderr || !stdin) throw new Error(`${file} has no pipes`);
    createInterface({ input: stdout }).on('line', (line) => this.#out.push(line));
    stderr.setEncoding('utf8').on('data', (text) => (this.#err += text));
    // It may have ended just when something is written.
    stdin.on('error', () => {});
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** All of what it printed. */
  get out(): readonly string[] {
    return this.#out;
  }

  get err(): string {
    return this.#err;
  }

  /** Of requests, in order: `ok`, or what went wrong. */
  get answers(): readonly string[] {
    return this.#out.filter((line) => line === 'ok' || line.startsWith('failed '));
  }

  /** What it was told without having asked. */
  get heard(): readonly string[] {
    return this.#out.filter((line) => line.startsWith('saw ')).map((line) => line.slice('saw '.length));
  }

  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Its answer; `ended` when the program ends instead. */
  async ask(request = '1'): Promise<string> {
    const at = this.#answered;
    this.#answered += 1;
    this.write(`${request}\n`);
    const isOver = () => this.answers.length > at || !this.isAlive;
    await waitUntil(isOver, { what: `"${request}" was answered: ${this.#err}` });
    return this.answers[at] ?? 'ended';
  }

  /** Asks until it is told to stop, or disposed of. */
  keepAsking(request = '1'): void {
    this.#asksOn = true;
    const on = async () => {
      while (this.#asksOn && this.isAlive) {
        await this.ask(request);
        await sleep(50);
      }
    };
    // What goes wrong shows in the answers.
    this.#asking = on().catch(() => {});
  }

  /** Resolves with its exit code when it ends by itself. */
  async end(): Promise<number | null> {
    await waitUntil(() => !this.isAlive, { what: 'the program had ended' });
    return this.exitCode;
  }

  /** Null while it lives. */
  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#asksOn = false;
    if (this.isAlive) {
      const closed = once(this.#child, 'close');
      this.#child.kill('SIGKILL');
      await closed;
    }
    await this.#asking;
  }
}
