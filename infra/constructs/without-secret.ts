import type { Finding } from '../../functions/core/base/errors.ts';

/** Who types a password into the configuration must not find it in the build's log as well. */
export function withoutSecret(finding: Finding): Finding {
  const { path, found } = finding;
  const isSecret = /(pass|pwd|secret|token)[^.]*$/i.test(path) && !/^(nothing|"arn:)/.test(found);
  return {
    ...finding,
    found: isSecret ? 'a value that is not shown' : found.replace(/\/\/[^@"]*@/, '//...@'),
  };
}
