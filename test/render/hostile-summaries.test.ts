import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPlainlyVisible } from '../../functions/core/base/clean-text.ts';
import { parseSummary } from '../../functions/core/fleet/cell-summary.ts';
import { fleetDigest } from '../../functions/core/fleet/fleet-digest.ts';
import { parseHeardSummary } from '../../functions/fleet/keep-summary.ts';
import { renderFleetDigest } from '../../functions/render/message/fleet-digest-message.ts';
import { HOSTILE } from '../support/hostile.ts';
import { DIGEST_CODE, DIGEST_NOW, mixedSummary } from '../support/summaries-of-cells.ts';

/** Whatever accounts of the organisation put on the bus, the digest is one calm text of ours. */

const texts = fc.constantFrom('orders', 'see evil.example', 'a\nTO DO', '$(id)', ...Object.values(HOSTILE));
const hostile = fc.oneof(
  fc.jsonValue(),
  texts,
  fc.constantFrom<unknown>(1e300, -1, 0.5, Number.MAX_SAFE_INTEGER, [], {}, null),
);
const keys = Object.keys(mixedSummary());
/** What would be right, but for its names, its version or a word. */
const nearly = fc.record(
  {
    fresh: fc.record({ databases: fc.nat(9), names: fc.array(texts, { maxLength: 5 }) }),
    code: texts,
    held: fc.tuple(fc.record({ source: texts, databases: fc.nat(9) })),
    gaps: fc.tuple(fc.record({ step: texts, problem: texts, databases: fc.nat(9) })),
    ended: fc.constantFrom(1, 1e300, Number.MAX_SAFE_INTEGER),
  },
  { requiredKeys: [] },
);
/** A summary in which some fields are something else. */
const summaries = fc
  .oneof(nearly, fc.dictionary(fc.constantFrom(...keys), hostile, { maxKeys: 3 }))
  .map((fields) => ({ ...mixedSummary(), ...fields }));
const accounts = fc.oneof({ weight: 3, arbitrary: fc.constant('111122223333') }, fc.string(), hostile);
const LINE =
  /^(?:[A-Z ]+|[A-Za-z0-9'].*| {2}[A-Za-z ]+ *\d+|- .*| {4}(?:headroom fleet|aws cloudwatch) [a-z -]+ --region [a-z0-9-]+ {3}# as account \d{12}|)$/;

test('No event of another account puts a line, a command or a hidden character into the digest', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(accounts, summaries), { maxLength: 6 }), (events) => {
      const heard = events.flatMap(([account, detail]) => {
        const known = parseHeardSummary({ account, region: 'eu-west-1', detail });
        return known === null
          ? []
          : [
              {
                account: known.account,
                region: known.region,
                heardAt: DIGEST_NOW - 1,
                summary: parseSummary(known.text),
              },
            ];
      });
      const { subject, text, chat } = renderFleetDigest(
        fleetDigest(heard, DIGEST_NOW),
        'digest-1',
        DIGEST_CODE,
      );
      expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
      expect(chat.content.description.length).toBeLessThan(8_000);
      for (const line of text.split('\n')) {
        expect(isPlainlyVisible(line)).toBe(true);
        expect(line).toMatch(LINE);
        expect(line).not.toMatch(/evil|\$\(|NaN|undefined|Infinity|e\+|\[object/);
      }
    }),
    { numRuns: 400 },
  );
});
