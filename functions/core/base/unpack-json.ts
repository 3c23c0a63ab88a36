import { gunzipSync } from 'node:zlib';

/** How large a text may become when it is unpacked. */
export type UnpackLimits = {
  readonly bytes: number;
  /**
   * The number of values, counted by the characters that precede them. A list of empty lists takes 25 times
   * the size of its text in memory.
   */
  readonly values: number;
};

const [COMMA, OPEN_BRACKET, OPEN_BRACE] = [0x2c, 0x5b, 0x7b];

/**
 * The JSON in a base64 text of gzip. A small text can unpack to a large one and use up the memory or the time
 * of the function, so a text beyond the limits is not read. @throws an Error when the text is too large, or
 * is no base64, gzip or JSON.
 */
export function unpackJson(text: unknown, limits: UnpackLimits): unknown {
  // `Buffer.from` of an object with a `length` would allocate that many bytes.
  if (typeof text !== 'string') throw new Error('it is no text');
  const bytes = gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: limits.bytes });
  const values = valuesIn(bytes);
  if (values > limits.values) throw new Error(`it holds ${values} values, ${limits.values} are allowed`);
  return JSON.parse(bytes.toString('utf8'));
}

/** By index: an iterator takes as long as all the rest of unpacking. */
function valuesIn(bytes: Uint8Array): number {
  let values = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === COMMA || byte === OPEN_BRACKET || byte === OPEN_BRACE) values += 1;
  }
  return values;
}
