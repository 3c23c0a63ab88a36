/** How a part of a line looks. */
export type Look = 'usual' | 'bold' | 'dim' | 'red' | 'green' | 'cyan';
export type Span = { readonly text: string; readonly look: Look };

/** A row of the screen from a moment on, in milliseconds since the start. */
export type Drawn = { readonly atMs: number; readonly row: number; readonly spans: readonly Span[] };

const LOOKS: Readonly<Record<string, Look>> = { 1: 'bold', 2: 'dim', 31: 'red', 32: 'green', 36: 'cyan' };
// The escape character, by its code: it cannot be seen in a source.
const ESCAPE = String.fromCharCode(27);
const PART = new RegExp(`${ESCAPE}\\[(\\d*)([mK])|\r|\n|[^${ESCAPE}\r\n]+`, 'g');

/** A terminal that knows what the demo prints: colours, new lines, and lines that are drawn again. */
export class Screen {
  readonly drawn: Drawn[] = [];
  readonly #columns: number;
  #row = 0;
  #look: Look = 'usual';
  #spans: Span[] = [];

  constructor(columns: number) {
    this.#columns = columns;
  }

  write(text: string, atMs: number): void {
    for (const [part, code = '', kind] of text.matchAll(PART)) {
      if (kind === 'm') this.#look = LOOKS[code] ?? 'usual';
      else if (kind === 'K') this.#spans = [];
      else if (part === '\n') this.#nextRow(atMs);
      else if (part !== '\r') this.#print(part, atMs);
    }
    this.#draw(atMs);
  }

  #print(text: string, atMs: number): void {
    const used = this.#spans.reduce((sum, span) => sum + span.text.length, 0);
    const room = this.#columns - used;
    this.#spans = [...this.#spans, { text: text.slice(0, room), look: this.#look }];
    if (text.length <= room) return;
    this.#nextRow(atMs);
    this.#print(text.slice(room), atMs);
  }

  #nextRow(atMs: number): void {
    this.#draw(atMs);
    this.#row += 1;
    this.#spans = [];
  }

  /** Only when it differs from what is there. */
  #draw(atMs: number): void {
    const before = this.drawn.findLast(({ row }) => row === this.#row);
    if (JSON.stringify(before?.spans ?? []) === JSON.stringify(this.#spans)) return;
    this.drawn.push({ atMs, row: this.#row, spans: this.#spans });
  }
}
