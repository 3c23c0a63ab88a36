/**
 * Each server encoding of PostgreSQL with a word that it can write: as text, and as its bytes, one character each.
 */
export type Encoding = {
  readonly name: string;
  readonly text: string;
  readonly bytes: string;
  /** How such bytes are shown in a database of this encoding. */
  readonly told: string;
};

const one = (name: string, text: string, bytes: string, told = text): Encoding => ({
  name,
  text,
  bytes,
  told,
});

const ENCODINGS: readonly Encoding[] = [
  one('SQL_ASCII', 'é', '\xe9', '?'),
  one('UTF8', 'é', '\xc3\xa9'),
  one('EUC_JP', '日本', '\xc6\xfc\xcb\xdc'),
  one('EUC_CN', '中国', '\xd6\xd0\xb9\xfa'),
  one('EUC_KR', '한국', '\xc7\xd1\xb1\xb9'),
  one('EUC_TW', '中國', '\xc4\xe3\xd9\xcb', '????'),
  one('EUC_JIS_2004', '日本', '\xc6\xfc\xcb\xdc', '????'),
  one('MULE_INTERNAL', 'é', '\x81\xe9', '??'),
  one('LATIN1', 'é', '\xe9'),
  one('LATIN2', 'ł', '\xb3'),
  one('LATIN3', 'ħ', '\xb1'),
  one('LATIN4', 'ķ', '\xf3'),
  one('LATIN5', 'ş', '\xfe'),
  one('LATIN6', 'đ', '\xb9'),
  one('LATIN7', 'ž', '\xfe'),
  one('LATIN8', 'ŵ', '\xf0'),
  one('LATIN9', '€', '\xa4'),
  one('LATIN10', 'ț', '\xfe'),
  one('WIN1256', 'ع', '\xda'),
  one('WIN1258', 'đ', '\xf0'),
  one('WIN866', 'Ж', '\x86'),
  one('WIN874', 'ก', '\xa1'),
  one('KOI8R', 'Ж', '\xf6'),
  one('WIN1251', 'Ж', '\xc6'),
  one('WIN1252', '’', '\x92'),
  one('ISO_8859_5', 'Ж', '\xb6'),
  one('ISO_8859_6', 'ع', '\xd9'),
  one('ISO_8859_7', 'Ω', '\xd9'),
  one('ISO_8859_8', 'א', '\xe0'),
  one('WIN1250', 'ł', '\xb3'),
  one('WIN1253', 'Ω', '\xd9'),
  one('WIN1254', 'ş', '\xfe'),
  one('WIN1255', 'א', '\xe0'),
  one('WIN1257', 'ž', '\xfe'),
  one('KOI8U', 'Ж', '\xf6'),
];

/** The driver cannot connect to a database of this encoding. PostgreSQL 19 has it no more. */
export const NOT_ENTERED = 'MULE_INTERNAL';

export function encodingsOf(version: number): readonly Encoding[] {
  return ENCODINGS.filter(({ name }) => version < 19 || name !== NOT_ENTERED);
}
