import { join } from 'node:path';

export const programFile = (name: string): string => join(import.meta.dirname, '../../programs', name);
