import type { Provider } from './snapshot.ts';

/** Where a provider's customers change the settings of a server of which they cannot be superuser. */
export const PROVIDER_PLACES: Readonly<Record<Provider, string>> = {
  rds: "In the instance's parameter group",
  aurora: "In the cluster's or the instance's parameter group",
  azure: 'In the server parameters',
  google: 'In the database flags',
};
