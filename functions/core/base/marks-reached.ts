/** A directed graph: for each node the nodes that it points to. */
export type Edges = readonly (readonly number[])[];

/**
 * Tells for each node which marks it reaches. `markOf` gives a node's own mark (0 or more) or -1. All nodes
 * of a circle reach the same marks. The search works on 32 marks at a time and follows each edge once for
 * them.
 */
export function marksReached(
  edges: Edges,
  marks: number,
  markOf: (node: number) => number,
): (node: number) => readonly number[] {
  const words = Math.ceil(marks / 32);
  const { circleOf, circles } = circlesOf(edges);
  const bits = new Uint32Array(circles.length * words);
  for (const [circle, nodes] of circles.entries())
    for (const node of nodes) {
      const mark = markOf(node);
      if (mark >= 0) setBit(bits, circle * words, mark);
      for (const next of edges[node] ?? []) {
        const other = circleOf[next] ?? circle;
        if (other !== circle) join(bits, circle * words, other * words, words);
      }
    }
  return (node) => bitsFrom(bits, (circleOf[node] ?? 0) * words, words);
}

function setBit(bits: Uint32Array, from: number, mark: number): void {
  const at = from + (mark >>> 5);
  bits[at] = (bits[at] ?? 0) | (1 << (mark & 31));
}

function join(bits: Uint32Array, into: number, from: number, words: number): void {
  for (let word = 0; word < words; word += 1)
    bits[into + word] = (bits[into + word] ?? 0) | (bits[from + word] ?? 0);
}

function bitsFrom(bits: Uint32Array, from: number, words: number): readonly number[] {
  const found: number[] = [];
  for (let word = 0; word < words; word += 1)
    for (let rest = bits[from + word] ?? 0; rest !== 0; rest &= rest - 1)
      found.push(word * 32 + 31 - Math.clz32(rest & -rest));
  return found;
}

/**
 * Tarjan's strongly connected components, in the order in which edges point to them. It uses no recursion,
 * because chains can be deep.
 */
function circlesOf(edges: Edges): {
  readonly circleOf: Int32Array;
  readonly circles: readonly (readonly number[])[];
} {
  const count = edges.length;
  const [circleOf, low, order] = [
    new Int32Array(count).fill(-1),
    new Int32Array(count),
    new Int32Array(count),
  ];
  const next = new Int32Array(count);
  const [circles, open]: [number[][], number[]] = [[], []];
  let visited = 0;
  for (let start = 0; start < count; start += 1) {
    const path = order[start] === 0 ? [start] : [];
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      if (order[node] === 0) {
        visited += 1;
        order[node] = visited;
        low[node] = visited;
        open.push(node);
      }
      const child = edges[node]?.[next[node] ?? 0];
      if (child !== undefined) {
        next[node] = (next[node] ?? 0) + 1;
        if (order[child] === 0) path.push(child);
        else if (circleOf[child] === -1) low[node] = Math.min(low[node] ?? 0, order[child] ?? 0);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent !== undefined) low[parent] = Math.min(low[parent] ?? 0, low[node] ?? 0);
      if (low[node] === order[node]) circles.push(closeCircle(node, open, circleOf, circles.length));
    }
  }
  return { circleOf, circles };
}

function closeCircle(root: number, open: number[], circleOf: Int32Array, circle: number): number[] {
  const nodes: number[] = [];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    circleOf[node] = circle;
    nodes.push(node);
    if (node === root) break;
  }
  return nodes;
}
