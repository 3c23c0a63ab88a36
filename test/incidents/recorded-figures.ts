import { diagnose } from '../../functions/core/diagnosis/diagnosis.ts';
import { type Judgement, judgementOf } from './judgement.ts';
import { type Recording, recordings } from './recordings.ts';
import { truthOf } from './story.ts';

export type RecordedFigures = Readonly<Record<Judgement, number>> & {
  readonly name: string;
  readonly recordings: number;
};

/** How the diagnosis stands beside what was recorded: all of it, and the part that the rules were not made with. */
export function recordedFigures(): readonly RecordedFigures[] {
  const all = recordings();
  return [
    figuresOf(
      'known when the rules were made',
      all.filter(({ story }) => !story.isHeldOut),
    ),
    figuresOf(
      'held out',
      all.filter(({ story }) => story.isHeldOut),
    ),
    figuresOf('**all**', all),
  ];
}

function figuresOf(name: string, those: readonly Recording[]): RecordedFigures {
  const judged = those.map(({ story, record }) => judgementOf(diagnose(record), truthOf(story)));
  const of = (judgement: Judgement) => judged.filter((each) => each === judgement).length;
  return { name, recordings: those.length, right: of('right'), wrong: of('wrong'), unclear: of('unclear') };
}
