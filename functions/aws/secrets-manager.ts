/**
 * What is used of Secrets Manager's client. Imported on demand as a file of its own, because a bundler leaves out the rest of a
 * package only where names are imported, and not where `import()` asks for the whole.
 */
export {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
