import { type ForeignFields, foreignFields } from '../base/foreign-fields.ts';
import type { Workload } from './found-service.ts';
import { kubernetesCopies } from './kubernetes-copies.ts';
import { isSameNamespace, kubernetesIdentity } from './kubernetes-identity.ts';
import { byNames, foreignList, plainText } from './written-values.ts';

/** The objects in a document: itself, or the items of a list, of which only some kinds of lists repeat their kind. */
export function kubernetesObjects(document: unknown): readonly ForeignFields[] {
  const fields = foreignFields(document);
  const { apiVersion, kind, items } = fields;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return [];
  if (!kind.endsWith('List') || !Array.isArray(items)) return [fields];
  const of = kind.slice(0, -'List'.length);
  return items.flatMap((item) =>
    kubernetesObjects({ ...(of && { apiVersion, kind: of }), ...foreignFields(item) }),
  );
}

/** Everything that runs containers, with the autoscalers, config maps and secrets that belong to it. */
export function kubernetesWorkloads(objects: readonly ForeignFields[]): readonly Workload[] {
  return objects
    .filter((object) => !isOwned(object, objects))
    .flatMap((object) => containersOf(object, objects));
}

/** Whether another object here made it, as a Deployment its ReplicaSets: `kubectl get all` lists both. */
function isOwned(object: ForeignFields, all: readonly ForeignFields[]): boolean {
  const { namespace } = kubernetesIdentity(object);
  const owners = foreignList(foreignFields(object.metadata).ownerReferences).map(foreignFields);
  return owners.some(({ kind, name }) =>
    all.some(
      (each) =>
        each.kind === kind && kubernetesIdentity(each).name === name && isSameNamespace(each, namespace),
    ),
  );
}

function containersOf(workload: ForeignFields, all: readonly ForeignFields[]): readonly Workload[] {
  const { name, namespace } = kubernetesIdentity(workload);
  const { metadata, spec } = podOf(workload, all);
  const containers = runningIn(foreignFields(spec));
  const annotations = new Map([
    ...byNames(foreignFields(workload.metadata).annotations),
    ...byNames(foreignFields(metadata).annotations),
  ]);
  const path = `${plainText(workload.kind)} ${namespace === '' ? '' : `${namespace}/`}${name}`;
  return containers.map((container) => {
    const suffix = containers.length === 1 ? '' : `/${plainText(container.name) ?? ''}`;
    return {
      name: `${name}${suffix}`,
      fullName: `${path}${suffix}`,
      path,
      ...variablesOf(container, all, namespace),
      notes: notesIn(annotations),
      copies: kubernetesCopies(workload, all),
    };
  });
}

/** Containers that run as long as their pod. Of the init containers these are the ones that always restart: sidecars. */
function runningIn({ containers, initContainers }: ForeignFields): readonly ForeignFields[] {
  const sidecars = foreignList(initContainers)
    .map(foreignFields)
    .filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...foreignList(containers).map(foreignFields), ...sidecars];
}

/** The pod itself, or the template of its pods. A Rollout may take that of a Deployment. */
function podOf({ kind, metadata, spec }: ForeignFields, all: readonly ForeignFields[]): ForeignFields {
  if (kind === 'Pod') return { metadata, spec };
  const { template, jobTemplate, jobTargetRef, workloadRef } = foreignFields(spec);
  const ref = foreignFields(workloadRef);
  if (typeof ref.name === 'string') {
    const namespace = kubernetesIdentity({ metadata }).namespace;
    const target = all.find(
      (each) =>
        each.kind === ref.kind &&
        kubernetesIdentity(each).name === ref.name &&
        isSameNamespace(each, namespace),
    );
    return foreignFields(foreignFields(target?.spec).template);
  }
  const ofJob = foreignFields(foreignFields(jobTemplate).spec).template;
  return foreignFields(template ?? ofJob ?? foreignFields(jobTargetRef).template);
}

type Variables = Pick<Workload, 'variables' | 'hidden'>;

function variablesOf(container: ForeignFields, all: readonly ForeignFields[], namespace: string): Variables {
  const sources = foreignList(container.envFrom).map((source) => {
    const { configMapRef, secretRef, prefix } = foreignFields(source);
    const [kind, ref] =
      secretRef === undefined ? (['ConfigMap', configMapRef] as const) : (['Secret', secretRef] as const);
    const { name, optional } = foreignFields(ref);
    const data = dataOf(kind, name, all, namespace);
    const named = [...(data ?? [])].map(
      ([key, value]) => [`${plainText(prefix) ?? ''}${key}`, value] as const,
    );
    const isHidden = data === null && optional !== true;
    return { named, hidden: isHidden ? [`${kind} ${plainText(name) ?? ''}`.trim()] : [] };
  });
  const own = foreignList(container.env)
    .map(foreignFields)
    .flatMap(({ name, value, valueFrom }) =>
      typeof name === 'string' ? [[name, writtenValue(value, valueFrom, all, namespace)] as const] : [],
    );
  return {
    variables: expanded([...sources.flatMap(({ named }) => named), ...own]),
    hidden: sources.flatMap(({ hidden }) => hidden),
  };
}

/** `$(NAME)` is the value of a variable before it. One that is not known stays as it is written. */
function expanded(
  written: readonly (readonly [string, string | null])[],
): ReadonlyMap<string, string | null> {
  const known = new Map<string, string | null>();
  for (const [name, value] of written)
    known.set(name, value?.replace(/\$\(([^()]+)\)/g, (as, other) => known.get(other) ?? as) ?? null);
  return known;
}

function writtenValue(
  value: unknown,
  from: unknown,
  all: readonly ForeignFields[],
  namespace: string,
): string | null {
  if (from === undefined || from === null) return plainText(value ?? '');
  const { configMapKeyRef, secretKeyRef } = foreignFields(from);
  const kind = secretKeyRef === undefined ? 'ConfigMap' : 'Secret';
  const { name, key } = foreignFields(secretKeyRef ?? configMapKeyRef);
  return dataOf(kind, name, all, namespace)?.get(plainText(key) ?? '') ?? null;
}

/** The values of a ConfigMap or Secret. Null where no file has it. */
function dataOf(
  kind: 'ConfigMap' | 'Secret',
  name: unknown,
  all: readonly ForeignFields[],
  namespace: string,
): ReadonlyMap<string, string | null> | null {
  const found = all.find(
    (each) =>
      each.kind === kind && kubernetesIdentity(each).name === name && isSameNamespace(each, namespace),
  );
  if (found === undefined) return null;
  const { data, stringData } = found;
  const plain = [...byNames(data)].map(
    ([key, value]) => [key, kind === 'Secret' ? decoded(value) : value] as const,
  );
  return new Map([...plain, ...byNames(stringData)]);
}

function decoded(value: string | null): string | null {
  return value === null ? null : Buffer.from(value, 'base64').toString('utf8').trim();
}

function notesIn(annotations: ReadonlyMap<string, string | null>): ReadonlyMap<string, string> {
  return new Map(
    [...annotations].flatMap(([key, value]) =>
      key.startsWith('headroom/') && value !== null ? [[key.slice('headroom/'.length), value] as const] : [],
    ),
  );
}
