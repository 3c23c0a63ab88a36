import type { Truth } from '../../story.ts';

export const causeOf = (cause: Truth['causes'][number], user: string): Truth => ({
  causes: [cause],
  culprits: [{ user }],
});
