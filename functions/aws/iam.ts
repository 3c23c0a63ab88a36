/** What `headroom fleet stop` uses of IAM. It is imported on demand, for the reason in `secrets-manager.ts`. */
export {
  AttachRolePolicyCommand,
  DetachRolePolicyCommand,
  IAMClient,
  NoSuchEntityException,
} from '@aws-sdk/client-iam';
