import { type ForeignFields, foreignFields } from '../base/foreign-fields.ts';
import type { Workload } from './found-service.ts';
import { isSameNamespace, kubernetesIdentity } from './kubernetes-identity.ts';
import { byNames, plainText, surgeOf, wholeIfWritten, wholeOr } from './written-values.ts';

type Copies = Workload['copies'];

/** The pods of a workload that may run at once. Null where the manifests do not say it, or say what cannot be read. */
export function kubernetesCopies(workload: ForeignFields, all: readonly ForeignFields[]): Copies {
  const { concurrencyPolicy, jobTemplate, jobTargetRef, parallelism, maxReplicaCount } = foreignFields(
    workload.spec,
  );
  switch (workload.kind) {
    case 'Pod':
      return { least: 1, most: 1 };
    case 'Job':
      return upTo(parallelism, 1);
    case 'CronJob':
      // With `Allow`, which is the default, a run that takes long meets the next ones.
      return concurrencyPolicy === 'Forbid' || concurrencyPolicy === 'Replace'
        ? upTo(foreignFields(foreignFields(jobTemplate).spec).parallelism, 1)
        : null;
    case 'DaemonSet':
      return null;
    case 'ScaledJob':
      return product(upTo(maxReplicaCount, MOST_OF_KEDA), upTo(foreignFields(jobTargetRef).parallelism, 1));
    case 'Service':
      return revisions(workload);
    default:
      return scaledCopies(workload, all);
  }
}

/** KEDA's maxReplicaCount where nothing is written. */
const MOST_OF_KEDA = 100;

function upTo(written: unknown, otherwise: number): Copies {
  const most = wholeIfWritten(written, otherwise);
  return most === null ? null : { least: 0, most };
}

function product(some: Copies, each: Copies): Copies {
  return some && each && { least: 0, most: some.most * each.most };
}

/** A service of Knative: while a new revision starts, the old one still runs. Without a largest scale it has no bound. */
function revisions({ spec }: ForeignFields): Copies {
  const annotations = byNames(
    foreignFields(foreignFields(foreignFields(spec).template).metadata).annotations,
  );
  const scaleOf = (...names: readonly string[]) =>
    names
      .map((name) => annotations.get(`autoscaling.knative.dev/${name}`))
      .find((value) => value !== undefined);
  const most = wholeOr(scaleOf('max-scale', 'maxScale'), null);
  const least = wholeIfWritten(scaleOf('min-scale', 'minScale'), 0);
  // 0 means no bound.
  return most === null || most === 0 || least === null ? null : { least, most: 2 * most };
}

function scaledCopies(workload: ForeignFields, all: readonly ForeignFields[]): Copies {
  const { replicas } = foreignFields(workload.spec);
  const { least, most } = scalerOf(workload, all) ?? {
    least: wholeIfWritten(replicas, 1),
    most: wholeIfWritten(replicas, 1),
  };
  const added = most === null ? null : surgeOf(surgeIn(workload), most);
  return least === null || most === null || added === null ? null : { least, most: most + added };
}

/** The pods that an update adds before old ones go. */
function surgeIn({ kind, spec }: ForeignFields): unknown {
  // These replace their pods one by one, or not at all.
  if (kind === 'StatefulSet' || kind === 'ReplicaSet' || kind === 'ReplicationController') return 0;
  const { type, rollingUpdate, rollingParams, canary, blueGreen } = foreignFields(
    foreignFields(spec).strategy,
  );
  if (type === 'Recreate') return 0;
  // A second set of pods, as large as the first: also where a proxy moves the traffic.
  if (blueGreen !== undefined || foreignFields(canary).trafficRouting !== undefined) return '100%';
  const update = [rollingUpdate, rollingParams, canary].map(foreignFields);
  return update.map(({ maxSurge }) => maxSurge).find((each) => each !== undefined && each !== null) ?? '25%';
}

type Bounds = { readonly least: number | null; readonly most: number | null };

/** What a HorizontalPodAutoscaler or a ScaledObject of KEDA allows. Null where none belongs to the workload. */
function scalerOf(workload: ForeignFields, all: readonly ForeignFields[]): Bounds | null {
  const { name, namespace } = kubernetesIdentity(workload);
  const own = all.filter((each) => {
    if (each.kind !== 'HorizontalPodAutoscaler' && each.kind !== 'ScaledObject') return false;
    const { name: of, kind = 'Deployment' } = foreignFields(foreignFields(each.spec).scaleTargetRef);
    return plainText(of) === name && kind === workload.kind && isSameNamespace(each, namespace);
  });
  const [scaler] = own;
  if (scaler === undefined) return null;
  const { minReplicas, maxReplicas, minReplicaCount, maxReplicaCount } = foreignFields(scaler.spec);
  return scaler.kind === 'ScaledObject'
    ? { least: wholeIfWritten(minReplicaCount, 0), most: wholeIfWritten(maxReplicaCount, MOST_OF_KEDA) }
    : { least: wholeIfWritten(minReplicas, 1), most: wholeOr(maxReplicas, null) };
}
