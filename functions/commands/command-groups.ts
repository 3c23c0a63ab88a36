/** Commands of several words begin with one of these. */
export const GROUPS: Readonly<Record<string, string>> = {
  policy: 'Work with policy files.',
  fleet: 'Look after the databases of an account and region that joined by a tag.',
};
