import { adviseOn } from '../../../functions/core/advice/advise.ts';
import type { AdviceCase } from './an-advice-case.ts';
import { CASES } from './cases.ts';

export const adviceOn = ({ record, diagnosis }: AdviceCase) => adviseOn(record, diagnosis);
export const textsOn = (incident: AdviceCase) => adviceOn(incident).map(({ text }) => text);
export const linesOn = (incident: AdviceCase) =>
  adviceOn(incident).flatMap(({ paste }) => paste?.lines ?? []);
export const caseOf = (name: string): AdviceCase => {
  const incident = CASES[name];
  if (incident === undefined) throw new Error(`There is no case ${name}`);
  return incident;
};
