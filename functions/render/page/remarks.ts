import { coordinatorsText } from '../base/product.ts';
import { namedPoolerTexts } from '../message/named-poolers.ts';
import { poolerTexts } from '../message/pooler-text.ts';
import { releasedTexts, sparedByNameTexts } from '../message/program-notes.ts';
import { protectionLimits } from '../message/protection-limits.ts';
import { sparedGroups } from '../message/spared.ts';
import { happenedTexts } from '../message/what-happened.ts';
import { type Html, html } from './html.ts';
import type { PageFacts } from './page-facts.ts';

/** What started the run, how full the server was, and all remarks for which a mail may have no room. */
export function remarksHtml(facts: PageFacts): Html {
  const texts = [...happenedTexts(facts), ...remarksOn(facts)].filter((text) => text !== '');
  return html`<section><h2>What happened</h2>${texts.map((text) => html`<p>${text}</p>`)}</section>
`;
}

function remarksOn({ record, losses, hypothetical }: PageFacts): readonly string[] {
  const { snapshot, plan, policy } = record;
  const spared = sparedGroups(record).flatMap(({ those }) => those);
  const ended = losses.map(({ session }) => session);
  const coordinators = snapshot === null ? null : coordinatorsText(snapshot.server);
  return [
    ...poolerTexts(snapshot),
    ...(coordinators === null ? [] : [coordinators]),
    ...sparedByNameTexts({ spared }, snapshot),
    ...namedPoolerTexts(ended, hypothetical),
    ...(plan === null ? [] : releasedTexts(plan, snapshot)),
    protectionLimits(policy, spared).join(' ').replaceAll(/\s+/g, ' ').trim(),
  ];
}
