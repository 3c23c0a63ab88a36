import { cleanName } from '../../core/base/clean-text.ts';

/**
 * A person by name: `ada@example.com (role on-call)` of an assumed role, `ada` of an IAM user. Other texts stay as they are.
 * The record has the whole ARN.
 */
export function authorName(by: string): string {
  const [, kind = '', path = ''] = /^arn:aws[a-z-]*:(?:sts|iam)::\d{12}:([a-z-]+)\/(.+)$/.exec(by) ?? [];
  const [first = '', ...rest] = path.split('/');
  const last = rest.at(-1);
  if (kind === 'assumed-role' && last !== undefined) return `${cleanName(last)} (role ${cleanName(first)})`;
  return cleanName(kind === '' ? by : (last ?? first));
}
