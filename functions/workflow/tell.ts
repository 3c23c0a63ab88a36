import type { Message } from '../core/message.ts';
import type { ReportPorts } from './ports.ts';

/**
 * Publishes one message and leaves a line about it.
 * @throws RemediationError `publish-failed`: Lambda then delivers again, so that every topic is told at least once. It
 * is not remembered which were: a topic that refuses for good has the others told with each try.
 */
export async function tell(
  message: Message,
  about: Readonly<Record<string, string>>,
  { publish, log }: Pick<ReportPorts, 'publish' | 'log'>,
): Promise<void> {
  await publish(message);
  log('told', { ...about, subject: message.subject, ...message.attributes });
}
