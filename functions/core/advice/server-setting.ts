import { RELOAD } from '../base/sql-text.ts';
import { PROVIDER_PLACES } from '../server/provider-places.ts';
import type { Advice } from './advice.ts';
import { sqlPaste } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';

/** A setting of the whole server, as SQL writes it and as a provider's form takes it. */
export type ServerSetting = {
  readonly name: string;
  readonly sql: string;
  readonly parameter: string;
  /** The former value as SQL writes it. Null returns to the value of the configuration file. */
  readonly before: string | null;
};

/** How to change it: a sentence for a provider's form, statements where there is a superuser. */
export function changeSettings(
  { snapshot, isGauss }: Pick<AdviceFacts, 'snapshot' | 'isGauss'>,
  settings: readonly ServerSetting[],
  takesRestart: boolean,
): { readonly where: string } & Pick<Advice, 'paste'> {
  const { provider } = snapshot.server;
  const list = settings.map(({ name, parameter }) => `${name} = ${parameter}`).join(', ');
  if (isGauss) return { where: ` ${GAUSS_PLACE}: ${list}.` };
  if (provider !== null) {
    const when = takesRestart ? 'static' : 'dynamic, no reboot';
    return { where: ` ${PROVIDER_PLACES[provider]}: ${list} (${when}).` };
  }
  const reload = takesRestart ? [] : [RELOAD];
  const undo = settings.map(({ name, before }) =>
    before === null ? `ALTER SYSTEM RESET ${name};` : `ALTER SYSTEM SET ${name} = ${before};`,
  );
  const lines = settings.map(({ name, sql }) => `ALTER SYSTEM SET ${name} = ${sql};`);
  return { where: '', paste: sqlPaste([...lines, ...reload], [...undo, ...reload]) };
}

/** Where GaussDB(DWS) has its settings. */
export const GAUSS_PLACE =
  'In the console of GaussDB(DWS) (Clusters, the cluster, Parameter Modifications, Save)';
