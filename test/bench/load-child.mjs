/**
 * Imports files one after the other and prints the milliseconds that took. It is plain JavaScript, as Lambda's runtime is.
 */
const files = process.argv.slice(2);
const startedAt = performance.now();
for (const file of files) await import(file);
process.stdout.write(String(performance.now() - startedAt));
