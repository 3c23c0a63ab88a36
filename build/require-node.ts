import packageJson from '../package.json' with { type: 'json' };

/** The oldest major version of Node that runs this package, from `engines`. */
const LEAST = Number(/\d+/.exec(packageJson.engines.node)?.[0]);

const IS_OLD = `+process.versions.node.split('.')[0] < ${LEAST}`;
const SENTENCE = `'pg-headroom needs Node.js ${LEAST} or later; this is Node.js ' + process.versions.node + '.'`;

/** The first statement of the constructs. Old versions must be able to parse it and all that follows. */
export const REFUSE_OLD_NODE = `if (${IS_OLD}) throw new Error(${SENTENCE});`;

/**
 * The command. It is a file of its own: an old Node fails at the syntax of the command line before its first statement.
 */
export function commandOnNewNode(file: string): string {
  return `#!/usr/bin/env node
if (${IS_OLD}) {
  console.error(${SENTENCE});
  process.exitCode = 1;
} else {
  import('${file}');
}
`;
}
