/** What `headroom fleet pause --all` uses of STS. It is imported on demand, for the reason in `secrets-manager.ts`. */
export { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
