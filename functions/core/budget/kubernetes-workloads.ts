import {
  byNames,
  type ForeignFields,
  foreignFields,
  foreignList,
  plainText,
  surgeOf,
  wholeOr,
} from './foreign-fields.ts';
import type { Workload } from './found-service.ts';

const KINDS = ['Deployment', 'StatefulSet', 'HorizontalPodAutoscaler', 'ConfigMap'];

/** The objects in a document: itself, or the items of a list. */
export function kubernetesObjects(document: unknown): readonly ForeignFields[] {
  const fields = foreignFields(document);
  if (typeof fields.apiVersion !== 'string' || typeof fields.kind !== 'string') return [];
  return fields.kind.endsWith('List') ? foreignList(fields.items).map(foreignFields) : [fields];
}

/** Deployments and stateful sets, with the autoscalers and config maps that belong to them. */
export function kubernetesWorkloads(objects: readonly ForeignFields[]): readonly Workload[] {
  const known = objects.filter(({ kind }) => KINDS.includes(plainText(kind) ?? ''));
  return known
    .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
    .flatMap((workload) => containersOf(workload, known));
}

function containersOf(workload: ForeignFields, all: readonly ForeignFields[]): readonly Workload[] {
  const { name, namespace } = identityOf(workload);
  const { template } = foreignFields(workload.spec);
  const { metadata, spec } = foreignFields(template);
  const containers = foreignList(foreignFields(spec).containers).map(foreignFields);
  const annotations = new Map([
    ...byNames(foreignFields(workload.metadata).annotations),
    ...byNames(foreignFields(metadata).annotations),
  ]);
  const copies = copiesOf(workload, all);
  return containers.map((container) => {
    const own = `${name}/${plainText(container.name) ?? ''}`;
    return {
      name: containers.length === 1 ? name : own,
      path: `${plainText(workload.kind)} ${namespace === '' ? '' : `${namespace}/`}${name}`,
      variables: variablesOf(container, all, namespace),
      notes: notesIn(annotations),
      ...copies,
    };
  });
}

function identityOf({ metadata }: ForeignFields) {
  const { name, namespace } = foreignFields(metadata);
  return { name: plainText(name) ?? '(unnamed)', namespace: plainText(namespace) ?? '' };
}

function copiesOf(
  workload: ForeignFields,
  all: readonly ForeignFields[],
): Pick<Workload, 'leastCopies' | 'mostCopies'> {
  const { replicas, strategy } = foreignFields(workload.spec);
  const scaled = autoscalerOf(workload, all);
  const least = scaled === null ? wholeOr(replicas, 1) : wholeOr(scaled.minReplicas, 1);
  const most = scaled === null ? least : wholeOr(scaled.maxReplicas, least);
  const { type, rollingUpdate } = foreignFields(strategy);
  // A stateful set replaces its pods, a deployment adds new ones first.
  const surge =
    workload.kind === 'Deployment' && type !== 'Recreate'
      ? (foreignFields(rollingUpdate).maxSurge ?? '25%')
      : 0;
  return { leastCopies: least, mostCopies: most + surgeOf(surge, most) };
}

function autoscalerOf(workload: ForeignFields, all: readonly ForeignFields[]): ForeignFields | null {
  const { name, namespace } = identityOf(workload);
  const own = all.find((each) => {
    const target = foreignFields(foreignFields(each.spec).scaleTargetRef);
    const isOf = target.name === name && target.kind === workload.kind;
    return each.kind === 'HorizontalPodAutoscaler' && isOf && identityOf(each).namespace === namespace;
  });
  return own === undefined ? null : foreignFields(own.spec);
}

function variablesOf(
  container: ForeignFields,
  all: readonly ForeignFields[],
  namespace: string,
): ReadonlyMap<string, string | null> {
  const dataOf = (map: unknown) => {
    const found = all.find(
      (each) =>
        each.kind === 'ConfigMap' &&
        identityOf(each).name === map &&
        identityOf(each).namespace === namespace,
    );
    return byNames(found?.data);
  };
  const from = foreignList(container.envFrom).flatMap((source) => [
    ...dataOf(foreignFields(foreignFields(source).configMapRef).name),
  ]);
  const own = foreignList(container.env)
    .map(foreignFields)
    .flatMap(({ name, value, valueFrom }) => {
      const { name: map, key } = foreignFields(foreignFields(valueFrom).configMapKeyRef);
      const known =
        valueFrom === undefined ? plainText(value) : (dataOf(map).get(plainText(key) ?? '') ?? null);
      return typeof name === 'string' ? [[name, known] as const] : [];
    });
  return new Map([...from, ...own]);
}

function notesIn(annotations: ReadonlyMap<string, string | null>): ReadonlyMap<string, string> {
  return new Map(
    [...annotations].flatMap(([key, value]) =>
      key.startsWith('headroom/') && value !== null ? [[key.slice('headroom/'.length), value] as const] : [],
    ),
  );
}
