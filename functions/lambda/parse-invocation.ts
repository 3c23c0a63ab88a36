import type { MiddlewareObj } from '@middy/core';
import type { Environment } from '../config/config.ts';

/** What a handler gets in place of the raw event. */
export type Parsed<Config, Input> = { readonly config: Config; readonly input: Input };

/**
 * Parses environment and event before the handler sees them. This happens in the first invocation and not while the module
 * loads: an error there would end the process before it could be reported as the failure of this run.
 */
export function parseInvocation<Config, Input>(
  parseConfig: (environment: Environment) => Config,
  parseEvent: (event: unknown) => Input,
): MiddlewareObj<Parsed<Config, Input>> {
  let config: Config | undefined;
  return {
    before: (request) => {
      config ??= parseConfig(process.env);
      request.event = { config, input: parseEvent(request.event) };
    },
  };
}
