import { NO_NAME } from './clean-text.ts';
import { memoize } from './memoize.ts';

/** An address as a number of 32 or 128 bits. IPv4 written as IPv6 (::ffff:10.0.0.1) counts as IPv4. */
type Address = { readonly bits: 32 | 128; readonly value: bigint };
type Network = Address & { readonly prefix: number };

/** Octets have no leading zeros: some programs read `010` as octal. */
const OCTET = '(0|[1-9]\\d{0,2})';
const IPV4 = new RegExp(`^${[OCTET, OCTET, OCTET, OCTET].join('\\.')}$`);
const MAPPED_IPV4 = 0xffffn;

function parseIpv4(text: string): bigint | null {
  const parts = IPV4.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return null;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function parseIpv6(text: string): bigint | null {
  const lastColon = text.lastIndexOf(':');
  const tail = parseIpv4(text.slice(lastColon + 1));
  const hex =
    tail === null
      ? text
      : `${text.slice(0, lastColon + 1)}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`;
  const halves = hex.split('::');
  if (halves.length > 2) return null;
  const [head = [], rest = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - rest.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...rest];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return null;
  return groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

/** The IP address that a text is; null when it is none. */
export function parseAddress(text: string): Address | null {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== null) return { bits: 32, value: ipv4 };
  const ipv6 = text.includes(':') ? parseIpv6(text) : null;
  if (ipv6 === null) return null;
  return ipv6 >> 32n === MAPPED_IPV4 ? { bits: 32, value: ipv6 & 0xffff_ffffn } : { bits: 128, value: ipv6 };
}

/**
 * The network that a text in CIDR notation is. Null when the text is something else or has host bits. A lone
 * address is a network of one address.
 */
export function parseNetwork(text: string): Network | null {
  const [written = '', length, ...more] = text.split('/');
  const address = parseAddress(written);
  if (address === null || more.length > 0 || (length !== undefined && !/^(0|[1-9]\d{0,2})$/.test(length)))
    return null;
  const { bits, value } = address;
  const writtenBits = written.includes(':') ? 128 : 32;
  const prefix = (length === undefined ? writtenBits : Number(length)) - (writtenBits - bits);
  if (prefix < 0 || prefix > bits) return null;
  const hostBits = BigInt(bits - prefix);
  return (value >> hostBits) << hostBits === value ? { bits, value, prefix } : null;
}

/**
 * One predicate for a policy's list of addresses. An address that is no IP address, such as `local`, matches
 * only the same word.
 */
export function addressMatcher(patterns: readonly string[]): (address: string) => boolean {
  const networks = patterns.map(parseNetwork).filter((network) => network !== null);
  const local = patterns.includes(LOCAL_ADDRESS);
  const none = patterns.includes(NO_NAME);
  if (patterns.includes('*')) return () => true;
  if (networks.length === 0) return (address) => (address === LOCAL_ADDRESS ? local : address === '' && none);
  return memoize((text) => {
    if (text === LOCAL_ADDRESS) return local;
    if (text === '') return none;
    const address = parseAddress(text);
    return address !== null && networks.some((network) => contains(network, address));
  });
}

function contains(network: Network, address: Address): boolean {
  const hostBits = BigInt(network.bits - network.prefix);
  return network.bits === address.bits && address.value >> hostBits === network.value >> hostBits;
}
/** The `address` of a session that came through a Unix socket. */
export const LOCAL_ADDRESS = 'local';
