import { cleanName } from '../../core/base/clean-text.ts';
import type { RunIdentity } from '../../core/run/record.ts';

/** This many digits tell policies apart. The record has all of them. */
const SHOWN_DIGITS = 12;

/** Which code ran by which policy. Empty when an older record has neither. */
export function identityTexts(identity: RunIdentity): readonly string[] {
  const parts = identityParts(identity);
  return parts.length === 0 ? [] : [`Run by ${parts.join(', ')}.`];
}

/** `code 1.2.0` and `policy 06fbb62a7af6`, as far as they are known. */
export function identityParts({ code, policyHash }: RunIdentity): readonly string[] {
  return [
    ...(code === undefined ? [] : [`code ${cleanName(code)}`]),
    ...(policyHash === undefined ? [] : [`policy ${cleanName(policyHash.slice(0, SHOWN_DIGITS))}`]),
  ];
}
