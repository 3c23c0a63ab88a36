/**
 * Stands in the bundles for the SDK's search for credentials (profiles, SSO, web identity, container and instance metadata):
 * Lambda puts the function's own into the environment, and the search costs 200 KB. Named as what it stands for.
 */
export function defaultProvider() {
  return async () => {
    const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN } = process.env;
    return {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    };
  };
}
