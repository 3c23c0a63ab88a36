import { App, type AppProps } from 'aws-cdk-lib';
import { contextOf, parseDeclaration } from './declaration.ts';
import { addStacks } from './stacks.ts';

/**
 * Turns declarations into stacks. Everything else is in the constructs.
 * @throws RemediationError `config-invalid` with all problems of the declaration.
 */
export function declaredApp(props: AppProps = {}): App {
  // No `autoSynth`: a refused declaration must not be synthesized when the process ends.
  const app = new App({ ...props, autoSynth: false });
  const context = contextOf((key) => app.node.tryGetContext(key));
  for (const stage of parseDeclaration(context)) addStacks(app, stage);
  return app;
}
