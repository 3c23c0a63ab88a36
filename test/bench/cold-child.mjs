/**
 * The process of a function from its start: loads a bundle, invokes its handler, and writes down the times of its steps, in
 * milliseconds since the epoch. It is plain JavaScript, as Lambda's runtime is. With COLD_TRACE it also lists the files
 * that were loaded when the first packet went to the server, and at the end.
 */
import { writeFileSync, writeSync } from 'node:fs';
import { registerHooks } from 'node:module';
import net from 'node:net';

const mark = (name, value = performance.timeOrigin + performance.now()) => writeSync(1, `${name} ${value}\n`);
const files = [];
if (process.env.COLD_TRACE) {
  registerHooks({
    load: (url, context, next) => {
      if (url.startsWith('file:')) files.push(url);
      return next(url, context);
    },
  });
}

const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
  // A port, an object, or the normalized form of `net.connect`.
  const [first] = args.flat();
  if (Number(first?.port ?? first) === Number(process.env.COLD_PORT)) {
    if (process.env.COLD_TRACE) mark('before-first-packet', JSON.stringify(files));
    mark('first-packet');
  }
  return connect.apply(this, args);
};
process.stdout.write = (line) => {
  if (String(line).includes('"event":"terminating"')) mark('planned');
  return true;
};

mark('started');
const { handler } = await import(process.env.COLD_BUNDLE);
mark('loaded');
// From here on the process has a share of a CPU, as Lambda gives it by memory. Loading has more.
if (process.env.COLD_CGROUP) writeFileSync(process.env.COLD_CGROUP, String(process.pid));
const remaining = Date.now() + 60_000;
const context = { awsRequestId: 'cold', getRemainingTimeInMillis: () => remaining - Date.now() };
await handler(JSON.parse(process.env.COLD_EVENT ?? '{}'), context);
if (process.env.COLD_TRACE) mark('in-all', JSON.stringify(files));
