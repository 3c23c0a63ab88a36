import type { Diagnosis } from '../../functions/core/diagnosis/cause.ts';
import type { Group } from '../../functions/core/server/session.ts';
import type { Truth } from './story.ts';

/** How a diagnosis stands beside the truth. `wrong` is one that was said with confidence medium or high. */
export type Judgement = 'right' | 'wrong' | 'unclear';

export function judgementOf(
  diagnosis: Diagnosis | null,
  { causes, culprits, lacksEvidence }: Truth,
): Judgement {
  const cause = diagnosis?.cause ?? 'unclear';
  if (cause === 'unclear') return causes.includes('unclear') || lacksEvidence ? 'right' : 'unclear';
  if (!causes.includes(cause)) return 'wrong';
  if (culprits === null) return 'right';
  const [first] = diagnosis?.culprits ?? [];
  return first !== undefined && culprits.some((each) => isNamed(each, first.usage.group)) ? 'right' : 'wrong';
}

function isNamed(
  { user, application }: { readonly user: string; readonly application?: string },
  group: Group,
) {
  return (
    isLike(user, group.user ?? '') && (application === undefined || isLike(application, group.application))
  );
}

/** `*` in the pattern stands for any text. */
function isLike(pattern: string, text: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  if (others.length === 0) return pattern === text;
  const last = others.at(-1) ?? '';
  return text.length >= first.length + last.length && text.startsWith(first) && text.endsWith(last);
}
