import type { ReceiverKind } from '../contract.ts';
import { RemediationError } from '../core/base/errors.ts';

type Form = { readonly form: RegExp; readonly expected: string };

const FORMS: Readonly<Record<ReceiverKind, Form>> = {
  pagerDuty: {
    form: /^[A-Za-z0-9]{32}$/,
    expected: 'the integration key of an Events API v2 integration, 32 letters and digits',
  },
  opsgenie: { form: /^[\w-]{20,80}$/, expected: 'the key of an API integration' },
  teams: {
    form: /^https:\/\/[^\s/@]+\/\S+$/,
    expected: 'the address of the workflow, which begins with https://',
  },
  webhook: {
    // 24 to 64 bytes, as Standard Webhooks asks.
    form: /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/,
    expected: 'whsec_ and 24 to 64 random bytes in base64',
  },
};

/**
 * The key in a secret: its whole text, or the only value of a JSON object, which is what the console makes of a key and a
 * value. @throws RemediationError `secret-malformed`, which never quotes the secret.
 */
export function receiverSecret(kind: ReceiverKind, secret: string, text: unknown): string {
  const value = valueIn(text);
  const { form, expected } = FORMS[kind];
  if (value !== null && form.test(value)) return value;
  const found = value === null ? 'neither a text nor a JSON object with one text' : 'something else';
  const message = `The secret ${secret} of the receiver ${kind} has ${found}: put ${expected} into it, as plain text.`;
  throw new RemediationError('secret-malformed', message);
}

function valueIn(text: unknown): string | null {
  if (typeof text !== 'string') return null;
  if (!text.trimStart().startsWith('{')) return text.trim();
  try {
    const values = Object.values(JSON.parse(text));
    const [only] = values;
    return values.length === 1 && typeof only === 'string' ? only.trim() : null;
  } catch {
    return null;
  }
}
