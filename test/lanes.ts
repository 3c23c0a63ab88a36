/** Which test files run together, and what they need. `npm run test:NAME` runs one lane, `npm test` all of them. */
export type Lane = {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Whether each file has a process of its own. It costs half a second of CPU a file. */
  readonly isolate: boolean;
  /** Whether the tests run what `npm run build` makes. */
  readonly isBuilt: boolean;
};

/** Servers, poolers, the command line, functions in processes of their own, a browser. */
const SERVERS = [
  'test/{bench,commands,demo,doors,failure-modes,postgres,remediate,staging,support}/**/*.test.ts',
  'test/core/advice/snippets.test.ts',
  'test/docs/commands.test.ts',
  'test/render/advised-sql.test.ts',
  'test/render/page/page-in-browser.test.ts',
  'test/render/page/render-cell.test.ts',
  'test/render/page/render-index.test.ts',
];
const INFRA = ['test/infra/**/*.test.ts'];
const CLIENTS = ['test/clients/**/*.test.ts'];
const SIMULATION = ['test/simulation/**/*.test.ts'];

/** In the order in which they begin: lanes that wait for servers and programs come first, and leave CPU to those that only compute. */
export const LANES = {
  /** Programs in other languages against real servers. */
  clients: { include: CLIENTS, exclude: [], isolate: true, isBuilt: false },
  servers: { include: SERVERS, exclude: [], isolate: false, isBuilt: true },
  /** Lets simulated cells of a fleet live for days. It starts no process, and uses the CPU of one core all the time. */
  simulation: { include: SIMULATION, exclude: [], isolate: false, isBuilt: false },
  /** Synthesizes stacks, and installs the package. */
  infra: { include: INFRA, exclude: [], isolate: false, isBuilt: true },
  /** Starts no process and no server. */
  unit: {
    include: ['test/**/*.test.ts'],
    exclude: [...SERVERS, ...INFRA, ...CLIENTS, ...SIMULATION],
    isolate: false,
    isBuilt: false,
  },
} as const satisfies Readonly<Record<string, Lane>>;
