import { chmodSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian's package `faketime`. */
const LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
const SHARED_MEMORY = '/dev/shm';

/**
 * The clock of a server that is set ahead between the events of a story, so that a story of weeks takes seconds and the
 * server itself has the ages. Programs with its `environment` read it anew each time they ask for the time.
 */
export class ServerClock implements AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>;
  readonly #folder: string;
  /** Has the seconds that the server's clock is ahead of ours. */
  readonly file: string;
  /** Of the server's clock against ours. */
  #aheadMs: number;

  /** Begins this long ago. */
  constructor(agoMs: number) {
    if (!existsSync(LIBRARY)) throw new Error(`${LIBRARY} is absent: install Debian's package faketime`);
    this.#folder = mkdtempSync(join(tmpdir(), 'headroom-clock-'));
    // The server runs as another user.
    chmodSync(this.#folder, 0o755);
    this.file = join(this.#folder, 'clock');
    this.environment = {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: this.file,
      FAKETIME_NO_CACHE: '1',
      // Timeouts and pauses run on this clock, which stays the real one.
      DONT_FAKE_MONOTONIC: '1',
      // Times of files take a lock that a process which is ended would keep.
      NO_FAKE_STAT: '1',
    };
    this.#aheadMs = -agoMs;
    this.#write();
  }

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#aheadMs;
  }

  /** Never back: a moment that has passed already is now. */
  setTo(moment: number): void {
    this.#aheadMs = Math.max(this.#aheadMs, moment - Date.now());
    this.#write();
  }

  ahead(ms: number): void {
    this.setTo(this.now() + ms);
  }

  /** A program that reads it finds the old or the new time, and never half of a file. */
  #write(): void {
    const seconds = (this.#aheadMs / 1_000).toFixed(3);
    writeFileSync(`${this.file}.next`, this.#aheadMs < 0 ? `${seconds}\n` : `+${seconds}\n`);
    renameSync(`${this.file}.next`, this.file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.#folder, { recursive: true });
    removeLeftovers();
  }
}

/** The library leaves shared memory of each process that it was loaded into, by its process id. */
function removeLeftovers(): void {
  for (const name of readdirSync(SHARED_MEMORY)) {
    const [, processId] = /^(?:faketime_shm|sem\.faketime_sem)_(\d+)$/.exec(name) ?? [];
    if (processId !== undefined && !existsSync(`/proc/${processId}`))
      rmSync(join(SHARED_MEMORY, name), { force: true });
  }
}
