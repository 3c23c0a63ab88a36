type Partition = {
  readonly id: string;
  readonly outputs: { readonly dnsSuffix: string };
  readonly regions: Readonly<Record<string, unknown>>;
};

/** The SDK's own list of partitions, which no package exports. */
const LIST = '@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js';
const { partitionsInfo } = (await import(
  /* @vite-ignore */ new URL(`../../node_modules/${LIST}`, import.meta.url).href
)) as { readonly partitionsInfo: { readonly partitions: readonly Partition[] } };

export const PARTITIONS = partitionsInfo.partitions.map(({ id, outputs: { dnsSuffix }, regions }) => ({
  id,
  dnsSuffix,
  regions: Object.keys(regions),
}));
