import { Client } from 'pg';

/** A client application in a process of its own: opens sessions, says so, and does nothing ever after. */
const { config, count } = JSON.parse(process.argv[2] ?? '{}');
for (let opened = 0; opened < count; opened += 1) {
  const client = new Client(config);
  client.on('error', () => {});
  await client.connect();
}
process.stdout.write('ready\n');
