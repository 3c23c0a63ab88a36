import { mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LoopbackS3 } from '../support/loopback-s3.ts';
import { line, quote, scene } from './narration.ts';
import type { Deployed } from './stage.ts';

/** Where everything goes that the demo leaves behind. */
export const FOLDER = 'reports';

export type OnCall = {
  /** Of the message; empty when none was published. */
  readonly subject: string;
  readonly text: string;
  /** The kept record; empty when none was kept. */
  readonly recordFile: string;
  /** The `file:` address of the page; empty when there is none. */
  readonly page: string;
};

/** Prints the message, and moves record and page out of the loopback bucket so that a person can look at them. */
export async function onCallReads({ aws, s3 }: Deployed, name: string): Promise<OnCall> {
  scene(4, 'What on-call reads');
  const message = aws.published[0];
  quote(message ? `Subject: ${message.subject}\n\n${message.message}` : '(nothing was published)');
  const pageFile = await moveOut(s3, '.html', `${FOLDER}/${name}.html`);
  const recordFile = await moveOut(s3, '.json.gz', `${FOLDER}/${name}.json.gz`);
  const page = pageFile === '' ? '' : pathToFileURL(resolve(pageFile)).href;
  line(page === '' ? 'no page was written' : `the page of the run: ${page}`);
  return { subject: message?.subject ?? '', text: message?.message ?? '', recordFile, page };
}

/** @returns the file; empty when nothing in the bucket has that ending. */
async function moveOut({ objects }: LoopbackS3, ending: string, file: string): Promise<string> {
  const found = [...objects].find(([key]) => key.endsWith(ending) && !key.endsWith('index.html'))?.[1];
  if (found === undefined) return '';
  await mkdir(FOLDER, { recursive: true });
  await writeFile(file, found.body);
  return file;
}
