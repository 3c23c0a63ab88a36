import type { ClientTechnology } from '../server/client-technology.ts';
import type { Technology } from '../server/technologies.ts';
import { type Fix, TECHNOLOGY_ADVICE, type TechnologyAdvice } from './technology-advice.ts';

/** More names would be a list, not advice. */
const MOST = 3;

type Topic = keyof TechnologyAdvice;
type Named = { readonly name: Technology; readonly fix: Fix };

/** What advice says about the technologies that the clients may use, the commoner first. */
export function fixesFor(technology: ClientTechnology | null, topic: Topic): readonly Named[] {
  return possibleOf(technology).flatMap((name) => {
    const fix = TECHNOLOGY_ADVICE[name]?.[topic];
    return fix === undefined ? [] : [{ name, fix }];
  });
}

function possibleOf(technology: ClientTechnology | null): readonly Technology[] {
  return (technology?.possible ?? []).slice(0, MOST);
}

/** The fix on which all possible technologies agree, or null. */
export function agreedFix(technology: ClientTechnology | null, topic: Topic): Fix | null {
  const fixes = fixesFor(technology, topic);
  const [first] = fixes;
  const isSame = fixes.every(({ fix }) => fix.text === first?.fix.text);
  return first !== undefined && isSame && fixes.length === possibleOf(technology).length ? first.fix : null;
}

/** `SQLAlchemy: use "with engine.connect()"; psycopg2: call putconn()`. Empty when there is nothing short to say. */
export function shortFixes(technology: ClientTechnology | null, topic: Topic): string {
  return fixesFor(technology, topic)
    .flatMap(({ name, fix: { short } }) => (short === undefined ? [] : [`${name}: ${short}`]))
    .join('; ');
}

/** A sentence with the names of the settings, or nothing. */
export function settingsText(technology: ClientTechnology | null, topic: 'size' | 'lifetime'): string {
  const fixes = fixesFor(technology, topic);
  const [first] = fixes;
  if (first === undefined) return '';
  if (technology?.possible.length === 1) return ` ${first.name}: set ${first.fix.text}.`;
  return ` Set ${fixes.map(({ name, fix }) => `${settingNames(fix)} in ${name}`).join('; ')}.`;
}

function settingNames({ text }: Fix): string {
  return /^[^,;]+?(?= of |[,;]|$)/.exec(text)?.[0] ?? text;
}

/** ` looks like SQLAlchemy or psycopg2`, or nothing when it is certain. */
export function looksLike({ possible, isCertain }: ClientTechnology): string {
  if (isCertain) return '';
  const names = possible.slice(0, MOST);
  const last = names.at(-1) ?? '';
  const listed = names.length === 1 ? last : `${names.slice(0, -1).join(', ')} or ${last}`;
  return possible.length > MOST ? ` looks like a pool such as ${listed}` : ` looks like ${listed}`;
}

/** The lines to paste for the one technology that it is or looks like. */
export function pasteFor(technology: ClientTechnology | null, topic: Topic): Fix['paste'] {
  return technology?.possible.length === 1 ? fixesFor(technology, topic)[0]?.fix.paste : undefined;
}
