import { gunzipSync } from 'node:zlib';

/** What a text may come to when it is unpacked. */
export type UnpackLimits = {
  readonly bytes: number;
  /** Values, counted by the signs before them: a list of empty lists takes 25 times its text's size in memory. */
  readonly values: number;
};

const [COMMA, OPEN_BRACKET, OPEN_BRACE] = [0x2c, 0x5b, 0x7b];

/**
 * The JSON in a base64 text of gzip. A small text can unpack to a large one, and fill the memory or the time that the
 * function has: beyond the limits it is not read.
 * @throws whatever is wrong with it.
 */
export function unpackJson(text: unknown, limits: UnpackLimits): unknown {
  // Of anything else Buffer would make as many bytes as its `length` says.
  if (typeof text !== 'string') throw new Error('it is no text');
  const bytes = gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: limits.bytes });
  let values = 0;
  for (const byte of bytes) if (byte === COMMA || byte === OPEN_BRACKET || byte === OPEN_BRACE) values += 1;
  if (values > limits.values) throw new Error(`it holds ${values} values, ${limits.values} are allowed`);
  return JSON.parse(bytes.toString('utf8'));
}
