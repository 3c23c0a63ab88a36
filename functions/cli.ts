#!/usr/bin/env node
import { exitCodeFor, headroom } from './commands/program.ts';

// The program that reads our output may close it early: `headroom plan … | head`.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });

const args = process.argv.slice(2);
try {
  await headroom(args).parseAsync(args, { from: 'user' });
} catch (thrown) {
  process.exitCode = exitCodeFor(thrown, args);
}
