import { cleanName } from '../base/clean-text.ts';
import { isAscii } from '../base/server-text.ts';
import { type Policy, reapRules } from '../policy/policy.ts';
import type { Selection } from '../policy/selection.ts';
import type { Snapshot } from '../server/snapshot.ts';
import { majorVersion } from './doctor-facts.ts';
import { byHand, type DoctorFinding, okFinding, problemFinding } from './doctor-finding.ts';

/**
 * PostgreSQL 14 and 15, and GaussDB, store `?` for each byte of an application name that is not ASCII. The
 * name is lost, and a pattern with such characters matches nothing there. Newer versions escape the byte.
 */

const FIRST_MAJOR_THAT_KEEPS = 16;
const CHARACTERS = 'characters other than ASCII';

/** The patterns that match nothing on such servers, each with its path. */
function lostPatterns(policy: Policy): readonly string[] {
  const { include, protect, relieve } = policy;
  return [
    ...lostIn('include', [include]),
    ...lostIn('protect', [protect]),
    ...lostIn('relieve.ladder[]', relieve.ladder),
    ...lostIn(Array.isArray(policy.reap) ? 'reap[]' : 'reap', reapRules(policy)),
    ...lostIn('protect.youngerThan[]', protect.youngerThan ?? []),
    ...lostIn('protect.between[]', protect.between ?? []),
  ];
}

function lostIn(place: string, lines: readonly Selection[]): readonly string[] {
  return lines.flatMap(({ applications = [] }, line) =>
    applications.flatMap((pattern, at) =>
      isAscii(pattern)
        ? []
        : [`${place.replace('[]', `[${line}]`)}.applications[${at}] "${cleanName(pattern)}"`],
    ),
  );
}

/**
 * The product that loses these characters. Null for servers that keep all bytes, and when the version is not
 * known.
 */
function loserIn({ server }: Pick<Snapshot, 'server'>): string | null {
  if (server.flavor === 'gaussdb') return cleanName(server.version);
  const major = majorVersion({ server });
  return major > 0 && major < FIRST_MAJOR_THAT_KEEPS ? `PostgreSQL ${major}` : null;
}

/** For a policy without a known server. */
export function namesLostSomewhere(policy: Policy): readonly string[] {
  return lostPatterns(policy).map(
    (pattern) =>
      `${pattern} matches nothing on PostgreSQL 14 and 15 and on GaussDB: they drop ${CHARACTERS} from application names.`,
  );
}

/** For a policy on the server that the doctor looked at. */
export function namesLostHere(policy: Policy, snapshot: Pick<Snapshot, 'server'>): readonly string[] {
  const loser = loserIn(snapshot);
  if (loser === null) return [];
  return lostPatterns(policy).map(
    (pattern) => `${pattern} matches nothing on ${loser}: it drops ${CHARACTERS} from application names.`,
  );
}

/** The doctor's finding. A pattern that matches nothing protects no session. */
export function checkApplicationNames(
  { snapshot }: { readonly snapshot: Pick<Snapshot, 'server'> },
  policy: Policy | null,
): readonly DoctorFinding[] {
  const loser = loserIn(snapshot);
  if (loser === null) return [];
  const lost = policy === null ? [] : namesLostHere(policy, snapshot);
  if (lost.length > 0) {
    const mend = byHand(
      'Name these sessions by their role, database or address, or by an ASCII name that the application sets.',
    );
    return [problemFinding('application-names', lost.join(' '), mend)];
  }
  const found = `${loser} drops ${CHARACTERS} from application names ("?" for each byte). A policy's pattern with such characters matches nothing here.`;
  return [okFinding('application-names', found)];
}
