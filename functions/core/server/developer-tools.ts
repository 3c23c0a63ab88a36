import { nameMatcher } from './name-pattern.ts';

/** What people keep open and forget, by the `application_name` that it sets, in lower case. */
export const CONSOLES: readonly string[] = ['psql', 'pgcli'];
export const GRAPHICAL_TOOLS: readonly string[] = [
  'pgadmin*',
  'dbeaver*',
  'datagrip*',
  'intellij*',
  'pycharm*',
  'goland*',
  'tableplus*',
  'postico*',
  'navicat*',
  'heidisql*',
  'beekeeper*',
  'dbvisualizer*',
  'sql workbench*',
  'azure data studio*',
  'azuredatastudio*',
  'azdata*',
  'vscode-pgsql*',
];

const matches = nameMatcher([...CONSOLES, ...GRAPHICAL_TOOLS]);

/** People's own, which nobody's pool is. */
export function isTool(application: string): boolean {
  return matches(application.toLowerCase());
}
