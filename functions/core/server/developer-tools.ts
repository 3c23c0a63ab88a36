import { nameMatcher } from './name-pattern.ts';

/** Tools that people leave open and forget, by the `application_name` that the tool sets, in lower case. */
export const CONSOLES: readonly string[] = ['psql', 'pgcli', 'usql'];
export const GRAPHICAL_TOOLS: readonly string[] = [
  'pgadmin*',
  'dbeaver*',
  'datagrip*',
  'intellij*',
  'pycharm*',
  'goland*',
  'webstorm *',
  'phpstorm *',
  'rubymine *',
  'dataspell *',
  'rider 20*',
  'cloudbeaver*',
  'dbgate*',
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

/** Whether the application is a tool that a person uses. No pool opens such sessions. */
export function isTool(application: string): boolean {
  return matches(application.toLowerCase());
}
