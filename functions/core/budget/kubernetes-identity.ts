import { type ForeignFields, foreignFields } from '../base/foreign-fields.ts';
import { plainText } from './written-values.ts';

export function kubernetesIdentity({ metadata }: ForeignFields): {
  readonly name: string;
  readonly namespace: string;
} {
  const { name, namespace } = foreignFields(metadata);
  return { name: plainText(name) ?? '(unnamed)', namespace: plainText(namespace) ?? '' };
}

/** Manifests that say no namespace are put into the one of their release. */
export function isSameNamespace(object: ForeignFields, namespace: string): boolean {
  const own = kubernetesIdentity(object).namespace;
  return own === namespace || own === '' || namespace === '';
}
