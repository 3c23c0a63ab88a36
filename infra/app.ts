import { App } from 'aws-cdk-lib';
import { RemediationError } from '../functions/core/errors.ts';
import { parseServers } from './declaration.ts';
import { ReportingStack } from './reporting-stack.ts';
import { ServersStack } from './servers-stack.ts';

/** Declarations in, stacks out; everything else is in the constructs. */
function synthesize(): void {
  const app = new App();
  const servers = parseServers(app.node.tryGetContext('servers'));
  const { reporting } = new ReportingStack(app, 'pg-headroom-reporting');
  new ServersStack(app, 'pg-headroom-servers', { servers, report: reporting.report });
  app.synth();
}

try {
  synthesize();
} catch (thrown) {
  if (!(thrown instanceof RemediationError)) throw thrown;
  // What our own parsers refuse is explained by its message; a stack trace would only bury it.
  console.error(thrown.message);
  process.exitCode = 1;
}
