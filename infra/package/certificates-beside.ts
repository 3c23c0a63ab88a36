import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** All certificates in the `.pem` files of a folder. Nothing where there is no such folder. */
export async function certificatesBeside(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return [];
    throw thrown;
  });
  const texts = files
    .filter((file) => file.endsWith('.pem'))
    .map((file) => readFile(join(folder, file), 'utf8'));
  return (await Promise.all(texts)).flatMap(certificatesIn);
}

/** The certificates of a text in PEM. */
export function certificatesIn(text: string): readonly string[] {
  return text.match(CERTIFICATE) ?? [];
}
