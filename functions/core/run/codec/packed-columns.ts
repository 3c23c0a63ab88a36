/**
 * Columns of similar values in forms that compress well. The key tells which form a column has. A plain list,
 * which older records have, can still be read.
 */

/** Stores each text of a record once. Columns hold its place, or -1 for null. */
export class Dictionary {
  readonly texts: string[] = [];
  readonly #places = new Map<string, number>();

  placeOf(text: string | null): number {
    if (text === null) return -1;
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    this.#places.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }
}

/** Places in the record's dictionary. */
export type Texts = { readonly texts: readonly number[] };
/**
 * Times of the server in microseconds, each as the difference to the one before. A text of another form is
 * stored as it is.
 */
export type Times = { readonly times: readonly (number | string | null)[] };
/** Whole numbers, each as the difference to the one before. */
export type Steps = { readonly steps: readonly number[] };

export function toTexts(dictionary: Dictionary, values: readonly (string | null)[]): Texts {
  return { texts: values.map((value) => dictionary.placeOf(value)) };
}

export function fromTexts<Value extends string | null>(
  column: Texts | readonly Value[],
  texts: readonly string[],
): readonly Value[] {
  // The dictionary was made from these values, so that every place has one.
  return 'texts' in column ? column.texts.map((place) => (texts[place] ?? null) as Value) : column;
}

export function toTimes(values: readonly (string | null)[]): Times {
  let before = 0;
  return {
    times: values.map((value) => {
      const time = microsecondsIn(value);
      if (time === null) return value;
      const step = time - before;
      before = time;
      return step;
    }),
  };
}

export function fromTimes(column: Times | readonly (string | null)[]): readonly (string | null)[] {
  if (!('times' in column)) return column;
  let before = 0;
  return column.times.map((value) => {
    if (typeof value !== 'number') return value;
    before += value;
    return timeText(before);
  });
}

export function toSteps(values: readonly number[]): Steps {
  return { steps: values.map((value, at) => value - (values[at - 1] ?? 0)) };
}

export function fromSteps(column: Steps | readonly number[]): readonly number[] {
  if (!('steps' in column)) return column;
  let before = 0;
  return column.steps.map((step) => {
    before += step;
    return before;
  });
}

const TIME = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/;

/** Null for a text that could not be restored exactly. */
function microsecondsIn(text: string | null): number | null {
  const [, day, time, fraction = ''] = TIME.exec(text ?? '') ?? [];
  if (day === undefined || time === undefined) return null;
  const microseconds = Date.parse(`${day}T${time}Z`) * 1_000 + Number(fraction.padEnd(6, '0'));
  return Number.isSafeInteger(microseconds) && timeText(microseconds) === text ? microseconds : null;
}

/** The time as the server writes it in UTC, without zeros at the end of the fraction. */
function timeText(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1_000_000);
  const [day, time] = new Date(seconds * 1_000).toISOString().slice(0, 19).split('T');
  const rest = microseconds - seconds * 1_000_000;
  const fraction = rest === 0 ? '' : `.${String(rest).padStart(6, '0').replace(/0+$/, '')}`;
  return `${day} ${time}${fraction}+00`;
}
