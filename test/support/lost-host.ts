import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';

const routed = (verb: 'add' | 'del', address: string) =>
  spawnSync('ip', ['route', verb, 'blackhole', `${address}/32`, 'table', 'local'], { stdio: 'ignore' });

/** Whether packets of a loopback address can be dropped: on Linux, for root, with iproute2. */
export function canLoseHosts(): boolean {
  const probe = '127.0.80.1';
  if (routed('add', probe).status !== 0) return false;
  return routed('del', probe).status === 0;
}

/** From now on nothing reaches this address of the loopback network, and no error comes back, as if its host had lost its power. */
export function loseHost(address: string): Disposable {
  if (routed('add', address).status !== 0) throw new Error(`Packets to ${address} cannot be dropped`);
  return { [Symbol.dispose]: () => void routed('del', address) };
}

/**
 * Whether this host has acknowledged all that was sent to it, which it may do 200 ms later. Otherwise the sender tries again
 * for a quarter of an hour (`tcp_retries2`), and sends no keepalives meanwhile.
 */
export function hasAcknowledged(address: string): boolean {
  const ofHost = Buffer.from(address.split('.').map(Number)).reverse().toString('hex').toUpperCase();
  const sockets = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1);
  return sockets.every((line) => {
    const [, , remote = '', , queues = ''] = line.trim().split(/\s+/);
    return !remote.startsWith(`${ofHost}:`) || queues.startsWith('00000000:');
  });
}

/** A socket with this address at its own end. Outside of Linux a machine has one loopback address. */
export function socketFrom(localAddress: string): Socket {
  const socket = new Socket();
  if (process.platform !== 'linux') return socket;
  const connect = Socket.prototype.connect.bind(socket);
  return Object.assign(socket, {
    connect: (port: number, host: string) => connect({ port, host, localAddress }),
  });
}
