/**
 * What we use of Secrets Manager's client. It is a file of its own because bundlers remove unused code only behind named
 * imports: an `import()` of the whole package would bundle all of it.
 */
export {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
