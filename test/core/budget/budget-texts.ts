import { parseAllDocuments } from 'yaml';
import { RemediationError } from '../../../functions/core/base/errors.ts';
import { parseBudget } from '../../../functions/core/budget/parse-budget.ts';
import type { SeenUse } from '../../../functions/core/budget/seen-use.ts';

/** Reads budgets, compose files and manifests from texts. */

export const SERVER = '{ "servers": { "db": { "maxConnections": 100 } } }';
const file = (text: string) => ({
  file: 'f.yaml',
  documents: [...parseAllDocuments(text, { merge: true })].map((each): unknown => each.toJS()),
});
const environments = new Map([
  ['.env', '# none\nexport DATABASE_URL="postgres://e@db/shop?pool=6" # six\nWEB_CONCURRENCY=2\r\n'],
]);
export const read = (texts: readonly string[], seen: readonly SeenUse[] = []) =>
  parseBudget(
    texts.map((text) => ({ ...file(text), environments })),
    seen,
  );
export const lines = (...texts: readonly string[]) =>
  read(texts).budget.lines.map(({ name, to, leastPools, mostPools, pool, role, database }) => [
    ...[name, to, leastPools, mostPools, pool],
    ...[role, database],
  ]);

export function problems(...texts: readonly string[]): string {
  try {
    read(texts);
    return '';
  } catch (thrown) {
    if (!(thrown instanceof RemediationError)) throw thrown;
    return thrown.message;
  }
}

export const deployment = (
  spec: string,
  env = 'name: DATABASE_URL, value: "postgres://app:secret@db/shop?pool_size=4"',
) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: api, namespace: shop, annotations: { headroom/processes: "2" } }
spec: { ${spec} template: { spec: { containers: [{ name: api, env: [{ ${env} }] }] } } }
`;
export const SCALER = `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: any, namespace: shop }
spec: { minReplicas: 2, maxReplicas: 9, scaleTargetRef: { kind: Deployment, name: api } }
`;
