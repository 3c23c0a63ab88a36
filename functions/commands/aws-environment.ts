import type { Environment } from '../config.ts';
import { type Finding, invalid } from '../core/errors.ts';

/** For the help of commands that go to AWS. */
export const CREDENTIALS_HELP = `
Credentials come from the environment only: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for a role, AWS_SESSION_TOKEN.
The AWS CLI puts them there: eval "$(aws configure export-credentials --format env)"`;

/**
 * The environment with a region in it.
 * @throws RemediationError `config-invalid` when it does not say where, or as whom.
 */
export function awsEnvironment(region: string | undefined): Environment & { readonly AWS_REGION: string } {
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  const where = region ?? (AWS_REGION || AWS_DEFAULT_REGION);
  const missing = (path: string, allowed: string): Finding => ({ path, found: 'nothing', allowed });
  const findings = [
    ...(where ? [] : [missing('AWS_REGION', 'a region, here or by --region')]),
    ...(AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY
      ? []
      : [missing('AWS_ACCESS_KEY_ID', 'credentials in the environment, no profile is read; see --help')]),
  ];
  if (!where || findings.length > 0) throw invalid('config-invalid', 'The environment', findings);
  return { ...process.env, AWS_REGION: where };
}
