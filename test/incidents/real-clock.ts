/** The clock of this machine, for stories that are played as they happen. It needs no library. */
export class RealClock implements AsyncDisposable {
  readonly environment: Readonly<Record<string, string>> = {};

  get file(): never {
    throw new Error('the real clock has no file');
  }

  now(): number {
    return Date.now();
  }

  setTo(): void {
    throw new Error('the real clock cannot be set');
  }

  ahead(ms: number): void {
    if (ms !== 0) throw new Error('the real clock cannot be set ahead');
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
