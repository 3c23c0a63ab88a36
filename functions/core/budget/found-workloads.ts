import type { Finding } from '../base/errors.ts';
import type { BudgetFile } from './budget-file.ts';
import { composeWorkloads, isCompose } from './compose-workloads.ts';
import { type FoundService, foundServices, type Workload } from './found-service.ts';
import { kubernetesObjects, kubernetesWorkloads } from './kubernetes-workloads.ts';

/** Everything in compose files and manifests that runs. */
export function workloadsIn(files: readonly BudgetFile[]): readonly Workload[] {
  return [
    ...files.flatMap(({ documents, environments = new Map() }) =>
      documents.filter(isCompose).flatMap((document) => composeWorkloads(document, environments)),
    ),
    ...kubernetesWorkloads(files.flatMap(({ documents }) => documents).flatMap(kubernetesObjects)),
  ];
}

type Found = {
  readonly workload: Workload;
  readonly services: readonly (FoundService | { readonly finding: Finding })[];
};

/** The pools of all workloads. */
export function servicesOf(workloads: readonly Workload[]): readonly Found[] {
  return withOwnNames(workloads.map((workload) => ({ workload, services: foundServices(workload) })));
}

/** Names of files that others wrote are not ours to change: where two are the same, each says where it is. */
function withOwnNames(found: readonly Found[]): readonly Found[] {
  const names = found.flatMap(({ services }) =>
    services.flatMap((each) => ('finding' in each ? [] : each.name)),
  );
  const counts = Map.groupBy(names, (name) => name);
  return found.map(({ workload, services }) => ({
    workload,
    services: services.map((each) =>
      'finding' in each || counts.get(each.name)?.length === 1 ? each : { ...each, name: each.fullName },
    ),
  }));
}
