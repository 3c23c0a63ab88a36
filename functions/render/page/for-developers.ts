import { cleanName } from '../../core/base/clean-text.ts';
import type { Facts } from '../base/facts.ts';
import { fold } from './fold.ts';
import { type Html, html } from './html.ts';

/** For the developers of the programs whose sessions ended: they may have this page, and nothing else. */
export function forDevelopers({ losses, perhaps, hypothetical, ownRole }: Facts): Html | null {
  if (losses.length + perhaps.length === 0) return null;
  const would = hypothetical ? 'would end with' : 'ended with';
  const role = ownRole === null ? '' : ` and the role ${cleanName(ownRole)}`;
  return fold(
    'For their developers',
    'error 57P01',
    html`<ul>
<li>These sessions ${would} error 57P01, “terminating connection due to administrator command”. Some clients see it at their next statement: “server closed the connection unexpectedly”.</li>
<li>They were idle for longer than the policy allows, while slots were missing. A transaction that was open and idle is rolled back. Sessions at work are not ended.</li>
<li>Our own sessions have the application name pg-headroom${role}, in pg_stat_activity and in the server's log.</li>
<li>Most pools open a new connection. Without a handler of errors on the pool some programs crash: set one, and test it with pg_terminate_backend in staging.</li>
<li>To be spared, ask for your application name in protect.applications of the policy.</li>
</ul>
<p class="faint">What each pool does, and how to see that it was us: docs/guide/for-developers.md of pg-headroom.</p>`,
  );
}
