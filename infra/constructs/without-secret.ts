import type { Finding } from '../../functions/core/base/errors.ts';

/** Without a value that may be a password, so that a password in the configuration does not show in the build's log. */
export function withoutSecret(finding: Finding): Finding {
  const { path, found } = finding;
  const isSecret = /(pass|pwd|secret|token)[^.]*$/i.test(path) && !/^(nothing|"arn:)/.test(found);
  return {
    ...finding,
    found: isSecret ? 'a value that is not shown' : found.replace(/\/\/[^@"]*@/, '//...@'),
  };
}
