import { coordinatorsText } from '../base/product.ts';
import { cloudShellSwitch } from '../message/cloud-shell.ts';
import { keptBeforeTexts } from '../message/kept-before-text.ts';
import { namedPoolerTexts } from '../message/named-poolers.ts';
import { poolerTexts } from '../message/pooler-text.ts';
import { releasedTexts, sparedByNameTexts } from '../message/program-notes.ts';
import { protectionLimits } from '../message/protection-limits.ts';
import { sparedGroups } from '../message/spared.ts';
import { happenedTexts } from '../message/what-happened.ts';
import { type Html, html } from './html.ts';
import type { PageFacts } from './page-facts.ts';
import { pasteBlock } from './paste-block.ts';

/** What started the run, how full the server was, and all remarks for which a mail may have no room. */
export function remarksHtml(facts: PageFacts): Html {
  const texts = [...happenedTexts(facts), ...remarksOn(facts)].filter((text) => text !== '');
  return html`<section><h2>What happened</h2>${texts.map((text) => html`<p>${text}</p>`)}${switchHtml(facts)}</section>
`;
}

/** How to pause or resume runs without a clone. */
function switchHtml({ record }: PageFacts): Html | null {
  const [title, ...commands] = cloudShellSwitch(record);
  return title === undefined ? null : html`<p>${title}</p>${pasteBlock(commands, 'shell')}`;
}

function remarksOn({ record, losses, hypothetical, told }: PageFacts): readonly string[] {
  const { snapshot, plan, policy } = record;
  const { keptBefore } = told.additions;
  const spared = sparedGroups(record).flatMap(({ those }) => those);
  const ended = losses.map(({ session }) => session);
  const coordinators = snapshot === null ? null : coordinatorsText(snapshot.server);
  return [
    ...poolerTexts(snapshot),
    ...(coordinators === null ? [] : [coordinators]),
    ...sparedByNameTexts({ spared }, snapshot),
    ...namedPoolerTexts(ended, hypothetical),
    ...(plan === null ? [] : releasedTexts(plan, snapshot)),
    ...(keptBefore === null ? [] : keptBeforeTexts(keptBefore)),
    protectionLimits(policy, spared).join(' ').replaceAll(/\s+/g, ' ').trim(),
  ];
}
