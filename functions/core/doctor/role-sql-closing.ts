/** What to do after the role was created, as comments at the end of the script. */

/** Measures that bound the damage of a stolen secret. SECURITY.md has the rest. */
export function restrictionComments(name: string, onRds: boolean): readonly string[] {
  if (onRds)
    return [
      "-- Then let only the function connect: the server's security group allows the",
      "-- group of the function's network interfaces on the server's port.",
    ];
  return [
    "-- Then let it connect from the function's network only. In pg_hba.conf, above",
    "-- the other lines, with the function's subnet in place of 10.0.8.0/24:",
    `--   hostssl all ${name} 10.0.8.0/24 scram-sha-256`,
    `--   host    all ${name} all         reject`,
  ];
}

export function checkComments(role: string, database: string): readonly string[] {
  const user = encodeURIComponent(role);
  return ['-- Then check the result:', `--   headroom doctor --url postgres://${user}@HOST/${database}`];
}
