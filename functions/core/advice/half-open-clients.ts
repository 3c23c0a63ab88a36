import { isPerhapsKeptOut } from '../diagnosis/kept-out.ts';
import { type Advice, forOperator } from './advice.ts';
import type { AdviceFacts } from './advice-facts.ts';
import { retry } from './retry.ts';
import { changeSettings } from './server-setting.ts';

const SECONDS = 20;

/** Half-open clients, or a storm of short requests: what helps against each. What is not sure is not there to be pasted. */
export function perhapsHalfOpen(facts: AdviceFacts): readonly Advice[] {
  if (!isPerhapsKeptOut(facts.record, facts.diagnosis)) return [];
  return [...halfOpen(facts), ...retry(facts)].map(({ to, text }) => ({ to, text }));
}

/** Clients that take a slot and never finish their login. SQL cannot end them. */
export function halfOpen(facts: AdviceFacts): readonly Advice[] {
  const { provider } = facts.snapshot.server;
  const find = forOperator(
    "There is no session to end by hand: no statement reaches clients that have not logged in. Find the address with many unfinished connections (ss -tn on the server's host, or the network's flow logs) and block it. Health checks of load balancers and port scanners do this.",
  );
  // We do not know whether the other providers let customers change it.
  const maySet = provider === null || provider === 'rds' || provider === 'aurora';
  if (!maySet || facts.isGauss) return [find];
  const setting = {
    name: 'authentication_timeout',
    sql: `'${SECONDS}s'`,
    parameter: `${SECONDS}`,
    before: null,
  };
  const { where, paste } = changeSettings(facts, [setting], false);
  const text = `Set authentication_timeout to ${SECONDS} s (60 s by default): the server then drops clients that have not logged in by that time, and their slots are free.${where}`;
  return [forOperator(text, paste), find];
}
