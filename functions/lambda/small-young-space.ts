/**
 * Keeps V8's space for young objects at its first size. Snapshots of thousands of sessions outlive the first collections,
 * and V8 would then double the space, up to 64 MB (`npm run bench -- memory`). Call it once the first packet is sent:
 * before that, the flag would make collections frequent while modules load, and loading `node:v8` takes 2 ms. Code has to
 * set the flag, because Node refuses it in NODE_OPTIONS.
 */
export function keepYoungSpaceSmall(): void {
  import('node:v8')
    .then(({ setFlagsFromString }) => setFlagsFromString('--semi-space-growth-factor=1'))
    .catch(() => {});
}
