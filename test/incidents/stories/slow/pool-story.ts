import type { Story, Truth } from '../../story.ts';

/** The pools of this role are larger than what they use. */
export const tooLarge = (user: string, more: Partial<Truth> = {}): Truth => ({
  causes: ['oversized-idle-pools'],
  culprits: [{ user }],
  ...more,
});

/** What all stories of pools have in common. */
export type PoolStory = Pick<Story, 'version' | 'trigger' | 'statements'> & {
  readonly name: string;
  readonly user: string;
  readonly uptimeMs: number;
  readonly hosts: number;
  readonly size: number;
  readonly beside: number;
  readonly runMs: number;
  readonly more?: Partial<Truth>;
};
