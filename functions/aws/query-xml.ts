/** An element of an answer in XML, without its attributes, which AWS's query services do not use. */
export type XmlElement = {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
};

type Open = { readonly name: string; text: string; readonly children: XmlElement[] };

const TOKEN = /<\?[^>]*\?>|<(\/?)([\w:.-]+)[^>]*?(\/?)>|([^<]+)/g;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** @throws Error for a text with elements that are not closed in order. */
export function parseXml(document: string): XmlElement {
  const root: Open = { name: '', text: '', children: [] };
  const open: Open[] = [root];
  for (const [, slash, name, isEmpty, text] of document.matchAll(TOKEN)) {
    const last = open.at(-1) ?? root;
    if (text !== undefined) last.text += unescaped(text);
    else if (name === undefined) continue;
    else if (slash === '/') close(open, name);
    else {
      const element: Open = { name, text: '', children: [] };
      last.children.push(element);
      if (isEmpty !== '/') open.push(element);
    }
  }
  const [element] = root.children;
  if (open.length !== 1 || element === undefined) throw new Error('The answer is no whole XML document.');
  return element;
}

function close(open: Open[], name: string): void {
  if (open.pop()?.name !== name || open.length === 0) throw new Error(`The answer closes ${name} too early.`);
}

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (whole, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    return String.fromCodePoint(Number.parseInt(hex ?? decimal, hex === undefined ? 10 : 16));
  });
}

/** The elements at a path of names below this one. */
export function elementsAt(element: XmlElement, ...path: readonly string[]): readonly XmlElement[] {
  return path.reduce<readonly XmlElement[]>(
    (found, name) => found.flatMap(({ children }) => children.filter((child) => child.name === name)),
    [element],
  );
}

/** The text at a path; null where there is none. */
export function textAt(element: XmlElement, ...path: readonly string[]): string | null {
  return elementsAt(element, ...path)[0]?.text.trim() || null;
}
