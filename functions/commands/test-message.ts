import { InvalidArgumentError } from 'commander';
import { callerIdentity } from '../aws/pause-switch.ts';
import { cleanMessage } from '../core/base/clean-text.ts';
import { RemediationError } from '../core/base/errors.ts';
import { TEST_MESSAGE } from '../events/parse-destination.ts';
import type { CommandSpec } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GivenDeployed, reportFunctionOf } from './server/deployed-server.ts';
import { print } from './terminal.ts';
import { whileWaiting } from './while-waiting.ts';
import { CREDENTIALS_TOPIC, DEPLOYED_ARGUMENT, DEPLOYED_OPTIONS, DEPLOYED_TOPIC } from './with-memory.ts';

type Given = Partial<GivenDeployed>;

export const testMessage: CommandSpec<Given> = {
  name: 'test-message',
  summary:
    'Send a test message to people, chat rooms, pagers, Teams and the webhook, by the function that sends all messages.',
  arguments: [DEPLOYED_ARGUMENT],
  options: DEPLOYED_OPTIONS,
  examples: ['headroom test-message orders'],
  notes:
    'The function has to have the right to publish and the keys of the declared receivers, so this tests everything but the subscriptions: look whether the message arrives. At PagerDuty and Opsgenie it opens an alert, which you close by hand. Servers of one account and region share that function. The credentials need lambda:InvokeFunction on it: the managed policy of the output OperatorsPolicyArn has this right.',
  topics: [DEPLOYED_TOPIC, CREDENTIALS_TOPIC],
  exits: {
    done: 'every topic and receiver took the message',
    couldNot: 'a topic or a receiver did not take it',
  },
  run: sendTest,
};

async function sendTest({ server, ...given }: Given): Promise<ExitCode> {
  if (!server) throw new InvalidArgumentError('Name the server by its declared name.');
  const { name, region } = await reportFunctionOf({ server, ...given });
  const identity = await callerIdentity(region);
  const event = { headroom: TEST_MESSAGE, ...('arn' in identity && { by: identity.arn }) };
  const { invokeAndWait } = await import('../aws/deployed-function.ts');
  const failure = await whileWaiting('Sending', () => invokeAndWait(name, region, event));
  if (failure !== null)
    throw new RemediationError('publish-failed', `The message was not sent: ${cleanMessage(failure)}`);
  print(
    'All topics and receivers took a test message. If it does not arrive, look at the subscriptions of the topics.',
  );
  return EXIT.done;
}
