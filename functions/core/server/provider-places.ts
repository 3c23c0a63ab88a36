import type { Provider } from './snapshot.ts';

/** Where a server's settings are changed when nobody may be its superuser. */
export const PROVIDER_PLACES: Readonly<Record<Provider, string>> = {
  rds: "In the instance's parameter group",
  aurora: "In the cluster's or the instance's parameter group",
  azure: 'In the server parameters',
  google: 'In the database flags',
};
