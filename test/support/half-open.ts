import { once } from 'node:events';
import { connect as dial, type Socket } from 'node:net';
import type { Address } from './proxy.ts';

/** Connections of clients that never log in. They stay until they are closed, or until the server ends them. */
export type HalfOpen = { readonly close: () => Promise<void> };

const PROTOCOL_3 = 0x0003_0000;

/** Clients that connect and send nothing. Each takes a process of the server, and no slot. */
export async function openSilent(address: Address, count: number): Promise<HalfOpen> {
  return holding(await Promise.all(Array.from({ length: count }, () => open(address))));
}

/**
 * Clients that name a user and never prove to be it. Each has a slot when this resolves. Throws if the server asks one of
 * them for no proof.
 */
export async function openUnproven(address: Address, user: string, count: number): Promise<HalfOpen> {
  const names = Buffer.from(`user\0${user}\0database\0postgres\0\0`);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(head.length + names.length, 0);
  head.writeUInt32BE(PROTOCOL_3, 4);
  const greet = async () => {
    const socket = await open(address);
    socket.write(Buffer.concat([head, names]));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    // `R` asks for the proof, `E` is a refusal.
    if (answer[0] !== 'R'.charCodeAt(0)) throw new Error(`The server answered ${answer.toString('latin1')}`);
    return socket;
  };
  return holding(await Promise.all(Array.from({ length: count }, greet)));
}

async function open({ host, port }: Address): Promise<Socket> {
  const socket = dial(port, host);
  await once(socket, 'connect');
  // The server may end it at any time.
  socket.on('error', () => {});
  return socket;
}

function holding(sockets: readonly Socket[]): HalfOpen {
  const close = async () => {
    const open = sockets.filter(({ closed }) => !closed);
    const ended = open.map((socket) => once(socket, 'close'));
    for (const socket of open) socket.destroy();
    await Promise.all(ended);
  };
  return { close };
}
