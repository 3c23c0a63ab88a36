import { RemediationError } from '../../functions/core/base/errors.ts';

/** The lines of the error that a configuration is refused with, without its headline; none if it is taken. */
export function problemsOf(configure: () => unknown): readonly string[] {
  try {
    configure();
    return [];
  } catch (thrown) {
    if (!(thrown instanceof RemediationError) || thrown.code !== 'config-invalid') throw thrown;
    const [, ...lines] = thrown.message.split('\n');
    return lines.map((line) => line.trim());
  }
}
