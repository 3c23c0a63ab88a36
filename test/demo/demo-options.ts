import { parseArgs } from 'node:util';
import { DEMO_CAUSES, type DemoCause } from './demo-causes.ts';

export type DemoOptions = {
  readonly cause: DemoCause;
  /** Overrides the mode of the policy. */
  readonly mode: 'enforce' | 'observe' | null;
  /** A policy of one's own; null for that of the demo. */
  readonly policyFile: string | null;
  readonly open: boolean;
  readonly keep: boolean;
};

/** What the arguments ask for: an incident, the usage, or nothing that can be done. */
export type Asked =
  | { readonly kind: 'play'; readonly options: DemoOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problem: string };

const isCause = (name: string): name is DemoCause => name in DEMO_CAUSES;
const isMode = (name: string): name is 'enforce' | 'observe' => name === 'enforce' || name === 'observe';

export function parseDemoOptions(args: readonly string[]): Asked {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        cause: { type: 'string', default: 'connection-leak' },
        mode: { type: 'string' },
        policy: { type: 'string' },
        open: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const { cause, mode, policy, open, keep, help } = values;
    if (help) return { kind: 'help' };
    if (!isCause(cause)) return wrong('cause', cause, Object.keys(DEMO_CAUSES));
    if (mode !== undefined && !isMode(mode)) return wrong('mode', mode, ['enforce', 'observe']);
    return { kind: 'play', options: { cause, mode: mode ?? null, policyFile: policy ?? null, open, keep } };
  } catch (error) {
    return { kind: 'wrong', problem: error instanceof Error ? error.message : String(error) };
  }
}

function wrong(option: string, found: string, allowed: readonly string[]): Asked {
  return {
    kind: 'wrong',
    problem: `--${option} ${JSON.stringify(found)} is not known. Allowed: ${allowed.join(', ')}.`,
  };
}

const causes = Object.entries(DEMO_CAUSES).map(
  ([name, { seconds }]) => `    ${name.padEnd(22)}about ${seconds} s`,
);

export const USAGE = `Usage: npm run demo [-- OPTIONS]

Fills a real PostgreSQL on this machine, runs the two functions as they are
deployed, and shows what on-call reads. It reaches no other server and no cloud.

Options:
  --cause NAME    which incident is played (default: connection-leak)
  --policy FILE   a policy of your own, in place of the demo's
  --mode MODE     enforce or observe, whatever the policy says
  --open          open the page of the run in a browser
  --keep          keep the server until Ctrl-C, and say what to try on it
  -h, --help      print this

Causes:
${causes.join('\n')}
`;
