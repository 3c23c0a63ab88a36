import type { ServerDeclaration } from './server-declaration.ts';

/**
 * One thing to check in the account before deploying: the command that shows it, and how to read its output.
 */
export type PreflightCheck = {
  readonly title: string;
  readonly good: string;
  readonly mend: string;
  readonly command: string;
};

/** The parts of a declaration that are checked in the account. */
export type CheckedServer = { readonly region: string } & Pick<
  ServerDeclaration,
  | 'name'
  | 'host'
  | 'port'
  | 'secretArn'
  | 'secretKeyArn'
  | 'resourceId'
  | 'logGroup'
  | 'alarm'
  | 'vpc'
  | 'securityGroupIds'
  | 'memoryAccess'
  | 'reservedConcurrency'
  | 'pooler'
>;

/**
 * Declarations hold no characters that mean something to a shell. The quotes are for the characters of
 * JMESPath.
 */
export function awsCommand(region: string, call: string, query: string): string {
  return `aws ${call} --region ${region} --output text --query '${query}'`;
}
