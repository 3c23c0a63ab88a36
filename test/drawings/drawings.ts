import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { recordedFigures } from '../incidents/recorded-figures.ts';
import { documentOf } from './document.ts';
import { figuresOf, KINDS } from './judge.ts';

/** `npm run drawings` judges 300 drawings of each kind and writes the table; with a part of a name it prints those. */
const DRAWINGS = 300;
const DOCUMENT = fileURLToPath(new URL('../../docs/evidence/diagnosis.md', import.meta.url));

const [part] = process.argv.slice(2);
const kinds = KINDS.filter(({ name }) => part === undefined || name.includes(part));
const figures = kinds.map((kind) => figuresOf(kind, DRAWINGS));
const document = documentOf(figures, recordedFigures());
if (part === undefined) writeFileSync(DOCUMENT, document);
console.log(document);
