/** Which of the generated addresses lie in which of the generated networks, written out by hand. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  '10.0.3.0/28': ['10.0.3.7', '::ffff:10.0.3.7'],
  '10.0.3.0/24': ['10.0.3.7', '10.0.3.200', '::ffff:10.0.3.7'],
  '192.168.0.0/16': ['192.168.1.1'],
  '0.0.0.0/0': ['10.0.3.7', '10.0.3.200', '::ffff:10.0.3.7', '10.0.9.9', '192.168.1.1'],
  '::1/128': ['::1'],
  local: ['local'],
  '(none)': [''],
};

export const addressIn = (list: readonly string[], address: string) =>
  list.some((pattern) => pattern === '*' || MEMBERS[pattern]?.includes(address) === true);

export function nameIn(list: readonly string[], name: string | null): boolean {
  return list.some((pattern) => {
    if (pattern === '(none)') return (name ?? '') === '';
    const regexp = pattern.split('*').map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${regexp.join('.*')}$`, 's').test(name ?? '');
  });
}
