import type { Story } from '../story.ts';
import { LEAKS } from './leaks.ts';

export const STORIES: readonly Story[] = [...LEAKS];
