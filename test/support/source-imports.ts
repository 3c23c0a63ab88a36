import { posix } from 'node:path';
import { parseAst } from 'vitest/node';

/** A source file by its path in the project. */
export type Source = { readonly path: string; readonly text: string };
/** What a source imports: a path in the project, the name of a package, or `(computed)`. */
export type Import = { readonly from: string; readonly line: number };

export type Node = Readonly<Record<string, unknown>> & {
  readonly type: string;
  readonly start: number;
  readonly end: number;
};

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function flatten(value: unknown): readonly Node[] {
  if (Array.isArray(value)) return value.flatMap(flatten);
  if (!isNode(value)) return [];
  return [value, ...Object.values(value).flatMap(flatten)];
}

/** The nodes of a source, as a flat list. */
export function nodesOf({ text }: Source): readonly Node[] {
  return flatten(parseAst(text, { lang: 'ts' }));
}

export function lineOf({ text }: Source, { start }: Node): number {
  return text.slice(0, start).split('\n').length;
}

/** The node that names what is imported, when there is one. */
function sourceOf(node: Node): unknown {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return node.source;
    case 'TSExternalModuleReference':
      return node.expression;
    case 'CallExpression': {
      const isRequire = isNode(node.callee) && node.callee.name === 'require';
      return isRequire && Array.isArray(node.arguments) ? node.arguments[0] : null;
    }
    default:
      return null;
  }
}

/** The specifier, `(computed)` when it is worked out at run time, null for nodes that import nothing. */
function specifierOf(node: Node): string | null {
  const source = sourceOf(node);
  if (!isNode(source)) return null;
  return typeof source.value === 'string' ? source.value : '(computed)';
}

/** Relative specifiers as paths in the project, packages as they are. */
export function importsOf(source: Source, nodes: readonly Node[] = nodesOf(source)): readonly Import[] {
  return nodes.flatMap((node) => {
    const specifier = specifierOf(node);
    if (specifier === null) return [];
    const from = specifier.startsWith('.') ? posix.join(posix.dirname(source.path), specifier) : specifier;
    return [{ from, line: lineOf(source, node) }];
  });
}

function namesIn(pattern: unknown): readonly string[] {
  if (!isNode(pattern)) return [];
  switch (pattern.type) {
    case 'Identifier':
      return [String(pattern.name)];
    case 'ObjectPattern':
      return listOf(pattern.properties).flatMap((property) => namesIn(property.value ?? property.argument));
    case 'ArrayPattern':
      return listOf(pattern.elements).flatMap(namesIn);
    case 'AssignmentPattern':
      return namesIn(pattern.left);
    default:
      return [];
  }
}

function listOf(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The names that a source defines and exports. What it re-exports from another file belongs to that file. */
export function exportsOf(source: Source): readonly string[] {
  const { body } = parseAst(source.text, { lang: 'ts' });
  const names = listOf(body).flatMap((node) => {
    if (node.type !== 'ExportNamedDeclaration' || isNode(node.source)) return [];
    const { declaration } = node;
    const declared = isNode(declaration) ? [declaration, ...listOf(declaration.declarations)] : [];
    const renamed = listOf(node.specifiers).flatMap(({ exported }) => namesIn(exported));
    return [...declared.flatMap(({ id }) => namesIn(id)), ...renamed];
  });
  // Overloads, and a type beside a value of the same name, are one name.
  return [...new Set(names)];
}
