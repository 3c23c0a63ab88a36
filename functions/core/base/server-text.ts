/**
 * Decodes texts of the server. Each database has its own encoding, and shared names (roles, databases) may
 * come from any of them. So a valid text of one session can be invalid in the database of another. We read
 * such texts as bytes, which the server's `encode(…, 'escape')` writes as ASCII, and decode them here. In
 * between, a string holds one character for each byte: code can search it for ASCII, which all encodings of a
 * server contain.
 */

/** Stands for a byte that cannot be decoded. */
export const UNKNOWN_BYTE = '?';

/**
 * How an encoding of PostgreSQL or GaussDB is decoded: the label of `TextDecoder`, and whether a letter may
 * take several bytes.
 */
type Decoding = { readonly label: string; readonly isMultibyte: boolean };

type Decoder = InstanceType<typeof TextDecoder>;

const multibyte = (label: string): Decoding => ({ label, isMultibyte: true });
const singleByte = (label: string): Decoding => ({ label, isMultibyte: false });

/**
 * LATIN1 is missing because it is decoded by its definition. `TextDecoder` has no EUC_TW, EUC_JIS_2004 and
 * MULE_INTERNAL. SQL_ASCII names no encoding.
 */
const DECODINGS: ReadonlyMap<string, Decoding> = new Map([
  ['EUC_JP', multibyte('euc-jp')],
  ['EUC_CN', multibyte('gbk')],
  ['EUC_KR', multibyte('euc-kr')],
  ['GBK', multibyte('gbk')],
  ['GB18030', multibyte('gb18030')],
  ['GB18030_2022', multibyte('gb18030')],
  ['LATIN2', singleByte('iso-8859-2')],
  ['LATIN3', singleByte('iso-8859-3')],
  ['LATIN4', singleByte('iso-8859-4')],
  ['LATIN5', singleByte('windows-1254')],
  ['LATIN6', singleByte('iso-8859-10')],
  ['LATIN7', singleByte('iso-8859-13')],
  ['LATIN8', singleByte('iso-8859-14')],
  ['LATIN9', singleByte('iso-8859-15')],
  ['LATIN10', singleByte('iso-8859-16')],
  ['ISO_8859_5', singleByte('iso-8859-5')],
  ['ISO_8859_6', singleByte('iso-8859-6')],
  ['ISO_8859_7', singleByte('iso-8859-7')],
  ['ISO_8859_8', singleByte('iso-8859-8')],
  ['KOI8R', singleByte('koi8-r')],
  ['KOI8U', singleByte('koi8-u')],
  ['WIN866', singleByte('ibm866')],
  ['WIN874', singleByte('windows-874')],
  ['WIN1250', singleByte('windows-1250')],
  ['WIN1251', singleByte('windows-1251')],
  ['WIN1252', singleByte('windows-1252')],
  ['WIN1253', singleByte('windows-1253')],
  ['WIN1254', singleByte('windows-1254')],
  ['WIN1255', singleByte('windows-1255')],
  ['WIN1256', singleByte('windows-1256')],
  ['WIN1257', singleByte('windows-1257')],
  ['WIN1258', singleByte('windows-1258')],
]);

/** Encodings in which we decode letter by letter and keep each letter that is valid UTF-8. */
const UTF8_OR_UNKNOWN: ReadonlySet<string> = new Set(['UTF8', 'SQL_ASCII', '']);

const ESCAPE = /\\(?:\\|([0-7]{3}))/g;
/** biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII has them. */
const ASCII_ONLY = /^[\x00-\x7f]*$/;
const CONTROL = /[\u0080-\u009f]/;
/** One letter of UTF-8, or one byte that belongs to none. */
const UTF8_LETTER =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\x80-\xff]/g;

/** The bytes behind the output of `encode(…, 'escape')`. Most outputs are plain ASCII already. */
export function bytesOf(escaped: string): string {
  if (!escaped.includes('\\')) return escaped;
  return escaped.replace(ESCAPE, (_, octal?: string) =>
    octal === undefined ? '\\' : String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

export function isAscii(text: string): boolean {
  return ASCII_ONLY.test(text);
}

/** A name is whole when all of its bytes could be decoded. */
export type Name = { readonly text: string; readonly isWhole: boolean };

/**
 * A name, which may be stored in the encoding of another database or of the client. It is decoded as UTF-8
 * where it is valid UTF-8, else in the encoding of the session's own database.
 */
export function nameText(bytes: string, encoding: string | null, mayBeCut = false): Name {
  if (isAscii(bytes)) return { text: bytes, isWhole: true };
  const whole = decoded(bytes, 'UTF8', mayBeCut) ?? decoded(bytes, encoding ?? '', mayBeCut);
  return whole === null
    ? { text: legibly(bytes, encoding ?? '', mayBeCut), isWhole: false }
    : { text: whole, isWhole: true };
}

/**
 * A session's own text, which may be cut off in the middle of a letter. The server has checked that it is
 * valid in the database's encoding. In a single-byte encoding that proves little, because every byte is valid
 * there, and clients that send UTF-8 are common.
 */
export function statementText(bytes: string, encoding: string): string {
  if (isAscii(bytes)) return bytes;
  const order = DECODINGS.get(encoding)?.isMultibyte ? [encoding, 'UTF8'] : ['UTF8', encoding];
  for (const each of order) {
    const text = decoded(bytes, each, true);
    if (text !== null) return text;
  }
  return legibly(bytes, encoding, true);
}

/**
 * Null when a byte cannot be decoded. Where the text may be cut, an incomplete letter at its end is left out.
 */
function decoded(bytes: string, encoding: string, mayBeCut: boolean): string | null {
  if (encoding === 'LATIN1') return bytes;
  const decoder = decoderOf(encoding, true);
  if (decoder === null) return null;
  try {
    const text = decoder.decode(Buffer.from(bytes, 'latin1'), { stream: mayBeCut });
    return isOfWindows(decoder) && CONTROL.test(text) ? null : text;
  } catch {
    return null;
  }
}

function legibly(bytes: string, encoding: string, mayBeCut: boolean): string {
  if (UTF8_OR_UNKNOWN.has(encoding)) return bytes.replace(UTF8_LETTER, letterOf);
  const decoder = decoderOf(encoding, false);
  if (decoder === null) return bytes.replace(/[\x80-\xff]/g, UNKNOWN_BYTE);
  const text = decoder.decode(Buffer.from(bytes, 'latin1'), { stream: mayBeCut });
  return text.replace(isOfWindows(decoder) ? /[\ufffd\u0080-\u009f]/g : /\ufffd/g, UNKNOWN_BYTE);
}

/** Windows encodings turn a byte without a letter into a control character. */
function isOfWindows({ encoding }: Decoder): boolean {
  return encoding.startsWith('windows-');
}

function letterOf(bytes: string): string {
  return bytes.length === 1 ? UNKNOWN_BYTE : Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Null for encodings that we do not know, or that this build of Node lacks. */
function decoderOf(encoding: string, fatal: boolean): Decoder | null {
  const label = encoding === 'UTF8' ? 'utf-8' : DECODINGS.get(encoding)?.label;
  if (label === undefined) return null;
  try {
    return new TextDecoder(label, { fatal, ignoreBOM: true });
  } catch {
    return null;
  }
}
