import { writeFile } from 'node:fs/promises';
import { COMMANDS } from '../functions/commands/all-commands.ts';
import { commandsDocument } from './commands-document.ts';

/** Writes the documents that are made from code. A test keeps them equal. */
await writeFile('docs/guide/commands.md', commandsDocument(COMMANDS));
