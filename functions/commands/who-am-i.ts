import { userInfo } from 'node:os';
import { callerIdentity } from '../aws/pause-switch.ts';
import { printNote } from './terminal.ts';

/** The caller's IAM identity. If AWS cannot be asked, the pause matters more than its author. */
export async function whoAmI(region: string | undefined): Promise<string> {
  const identity = await callerIdentity(region);
  if ('arn' in identity) return identity.arn;
  const user = `${userName()} (IAM identity unknown)`;
  printNote(`AWS did not say who you are (${identity.problem}): this is recorded as by ${user}.`);
  return user;
}

/** Some machines have no name for the current user. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
