import { cleanName } from '../../core/base/clean-text.ts';
import type { RunIdentity } from '../../core/run/record.ts';

/** This many digits tell policies apart. The record has all of them. */
const SHOWN_DIGITS = 12;

/** Which code ran by which policy. Empty when an older record has neither. */
export function identityTexts({ code, policyHash }: RunIdentity): readonly string[] {
  const parts = [
    ...(code === undefined ? [] : [`code ${cleanName(code)}`]),
    ...(policyHash === undefined ? [] : [`policy ${cleanName(policyHash.slice(0, SHOWN_DIGITS))}`]),
  ];
  return parts.length === 0 ? [] : [`Run by ${parts.join(', ')}.`];
}
