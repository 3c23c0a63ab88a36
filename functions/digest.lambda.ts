import middy from '@middy/core';
import { receiversWithSecrets } from './aws/receivers-with-secrets.ts';
import { summariesIn } from './aws/summaries-table.ts';
import { publishTo } from './aws/topics.ts';
import { type DigestConfig, parseDigestConfig } from './config/fleet-config.ts';
import { parseDigestEvent } from './fleet/parse-digest-event.ts';
import { tellDigest } from './fleet/tell-digest.ts';
import { logErrors } from './lambda/log-errors.ts';
import { logLine } from './lambda/log-line.ts';
import { type Parsed, parseInvocation } from './lambda/parse-invocation.ts';
import { timeUp } from './lambda/time-up.ts';

/** Makes one message of what all cells say of themselves, on its schedule. */
export const handler = middy<Parsed<DigestConfig, string>, void>(timeUp)
  .use(logErrors())
  .use(parseInvocation(parseDigestConfig, parseDigestEvent))
  .handler(({ config: { summaries, topic, receivers }, input }) =>
    tellDigest(input, {
      readAll: summariesIn(summaries).readAll,
      publish: { ...publishTo(topic, null), ...receiversWithSecrets(receivers) },
      now: Date.now,
      log: logLine,
    }),
  );
