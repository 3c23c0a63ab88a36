/** What `headroom preflight --fleet --prove` uses of RDS. It is imported on demand, for the reason in `secrets-manager.ts`. */
export { ListTagsForResourceCommand, RDSClient } from '@aws-sdk/client-rds';
