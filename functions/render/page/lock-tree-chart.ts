import { PREPARED } from '../../core/server/contested-lock.ts';
import { programNames } from '../../core/server/programs-in.ts';
import { isServerProcess, type Session } from '../../core/server/session.ts';
import type { Snapshot } from '../../core/server/snapshot.ts';
import { ageRange, counted } from '../base/phrases.ts';
import type { Blame } from './blame.ts';
import { figure } from './figure.ts';
import { ownerHtml } from './holders-chart.ts';
import { type Html, html, nameHtml } from './html.ts';
import { type LockNode, lockTreeOf, waitersIn } from './lock-tree.ts';
import { pidsBlock } from './paste-block.ts';
import { shapeText } from './statements-chart.ts';

/** Queues that people look at. */
const MOST_HEADS = 4;
const MOST_BEHIND = 8;

/** What waits for what. Null when no session waits for one that is seen. */
export function lockTreeChart(snapshot: Snapshot, blame: Blame): Html | null {
  const heads = lockTreeOf(snapshot);
  if (heads.length === 0) return null;
  const shown = heads.slice(0, MOST_HEADS);
  const rest = heads.length - shown.length;
  const more = rest > 0 ? html`<p class="faint">and ${counted(rest, 'more queue')}.</p>` : null;
  const tree = html`<ul class="tree">${shown.map((node) => nodeItem(node, snapshot, blame, true))}</ul>`;
  return figure('What waits for what', more === null ? [tree] : [tree, more]);
}

function nodeItem(node: LockNode, snapshot: Snapshot, blame: Blame, isHead: boolean): Html {
  const { pids, sessions, wants, behind } = node;
  const [first] = sessions;
  const isBlamed = isHead && first !== undefined && blame.isBlamed(first);
  const statement = first?.lastStatement ?? '';
  const code = statement === '' ? null : html`<code class="statement">${shapeText(statement)}</code>`;
  const wanted = wants === null ? '' : ` · wants ${wants}`;
  const waiters = waitersIn(node);
  const blocks =
    isHead && waiters > 0 ? html` <span class="tag">blocks ${counted(waiters, 'session')}</span>` : null;
  const nested = behind.length === 0 ? null : behindList(behind, snapshot, blame);
  const pidsPart =
    pids.length > 1
      ? html`<details><summary>${counted(pids.length, 'pid')}</summary>${pidsBlock(pids)}</details>`
      : null;
  return html`<li${isBlamed ? BLAMED : null}><div class="node">${titleOf(node, snapshot)}${blocks}
<div class="faint">${first === undefined ? '' : doingText(sessions, isHead)}${wanted}</div>${code}${pidsPart}</div>${nested}</li>
`;
}

function behindList(behind: readonly LockNode[], snapshot: Snapshot, blame: Blame): Html {
  const rest = behind.slice(MOST_BEHIND);
  const sessions = rest.reduce((sum, node) => sum + node.pids.length + waitersIn(node), 0);
  const more =
    rest.length === 0 ? null : html`<li class="faint">and ${counted(sessions, 'more session')}</li>`;
  return html`<ul>${behind.slice(0, MOST_BEHIND).map((node) => nodeItem(node, snapshot, blame, false))}${more}</ul>`;
}

const BLAMED = html` class="blamed"`;

function titleOf({ pids, sessions }: LockNode, snapshot: Snapshot): Html {
  const [pid, first] = [pids[0], sessions[0]];
  if (pid === PREPARED) return html`<strong>a prepared transaction</strong>`;
  if (first === undefined) return html`<strong>pid ${pid ?? '?'}</strong>, not shown`;
  const count = pids.length > 1 ? `${pids.length} × ` : `pid ${pid} · `;
  if (isServerProcess(first)) return html`<strong>${count}${first.backendType ?? ''}</strong>`;
  const group = programNames(snapshot)(first);
  return html`<strong>${count}${nameHtml(group.application)}</strong> <span class="faint">${ownerHtml(group)}</span>`;
}

function doingText(sessions: readonly Session[], isHead: boolean): string {
  const ages = sessions.flatMap(({ stateAgeMs }) => stateAgeMs ?? []);
  const state = sessions[0]?.state ?? 'in an unknown state';
  const time = ages.length === 0 ? '' : ` for ${ageRange(ages)}`;
  return `${!isHead && state === 'active' ? 'waits' : state === 'active' ? 'runs' : state}${time}`;
}
