import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChatNotification, Message } from '../../functions/render/base/message.ts';

const FOLDER = join(import.meta.dirname, '../render/golden');
/**
 * `UPDATE_GOLDEN=1 npx vitest run test/render` writes what is rendered now. Look at the difference before you keep it.
 */
const REWRITE = process.env.UPDATE_GOLDEN === '1';

/** A message as one file: first the mail, then what filters see. */
export function fileOf({ subject, text, attributes }: Message): string {
  const headers = Object.entries(attributes).map(([name, value]) => `${name}: ${value}`);
  return `Subject: ${subject}\n${headers.join('\n')}\n\n${text}`;
}

/** Compares with the golden file of this name, which is first rewritten on request. */
export function golden(name: string, message: Message): Promise<string> {
  return goldenFile(`${name}.txt`, fileOf(message));
}

/** The full text, as `headroom show --full` prints it. */
export function goldenFull(name: string, text: string): Promise<string> {
  return goldenFile(`full/${name}.txt`, text);
}

/** The document that a chat room's bot gets. Biome decides on the layout of the file. */
export async function goldenChat(name: string, chat: ChatNotification): Promise<unknown> {
  return JSON.parse(await goldenFile(`${name}.chat.json`, `${JSON.stringify(chat, null, 2)}\n`));
}

async function goldenFile(file: string, rendered: string): Promise<string> {
  const path = join(FOLDER, file);
  if (REWRITE) await writeFile(path, rendered);
  return await readFile(path, 'utf8');
}
