import { RemediationError } from '../../functions/core/base/errors.ts';
import { memoize } from '../../functions/core/base/memoize.ts';
import type { RunFacts } from '../../functions/core/fleet/found-in-run.ts';
import type { FleetRunEvent } from '../../functions/core/fleet/run-event.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { knownDatabases } from '../../functions/fleet/known-databases.ts';
import type { FleetDelivery } from '../../functions/fleet/report-parcel.ts';
import { REMEDIATE_ARN } from '../support/fleet.ts';
import { newJournal } from './journal.ts';
import { portsOfDispatch, portsOfIntake, portsOfTriggers } from './ports-of-dispatch.ts';
import { portsOfReport } from './ports-of-report.ts';
import { portsOfRun } from './ports-of-run.ts';
import { PRODUCT, type Product } from './product.ts';
import { type Estate, estate } from './simulated-estate.ts';
import {
  type Alive,
  type FunctionName,
  type LambdaFunction,
  type Life,
  mortal,
  simulatedLambda,
} from './simulated-lambda.ts';
import { INTAKE_ARN, logGroups } from './simulated-logs.ts';
import { simulatedTables } from './simulated-tables.ts';
import type { DispatchEvent, Send, Stage } from './stage.ts';
import { virtualTime } from './virtual-time.ts';
import type { Weather } from './weather.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const PERIOD_MS = 5 * MINUTE;
/** The longest that a run may last. */
export const TIMEOUT_MS = 60 * SECOND;

const SETTINGS = { periodMs: PERIOD_MS, ownerTag: 'team' } as const;
/** Lambda ends a run with so much time left at the latest. */
const LEFT_MS = 5 * SECOND;

export type CellGiven = {
  readonly seed: number;
  readonly start: number;
  readonly weather: Weather;
  readonly product?: Partial<Product>;
  readonly hub?: Map<string, string> | null;
  readonly afterCall?: Stage['afterCall'];
};

/** A cell whose functions are real and whose world is simulated. */
export function simulatedCell(given: CellGiven): Stage {
  const { seed, start, weather, hub = null, afterCall = () => {} } = given;
  const time = virtualTime(start);
  const journal = newJournal();
  const product = { ...PRODUCT, ...given.product };
  const lambda = simulatedLambda(time, weather);
  const parts = { seed, time, weather, journal, product, lambda, hub, afterCall };
  const world: { readonly estate: Estate } = { estate: estate() };
  const stage: Stage = {
    ...parts,
    ...world,
    tables: simulatedTables(time, weather, product),
    logs: logGroups(time, weather),
    send: {
      dispatch: (event) => void invoke(stage, dispatcher(stage), event, 'period'),
      intake: (event) => void invoke(stage, ofIntake(stage), event, event.logStream),
      triggers: () => void invoke(stage, ofTriggers(stage), null, 'triggers'),
      remediate: (event) => {
        const id = invoke(stage, remediator(stage), event, event.database);
        const asked = { key: event.database, at: time.now() };
        if (id === null) journal.lost.push(asked);
        else journal.asked.push({ id, ...asked });
      },
      report: (delivery) => void invoke(stage, reporter(stage), delivery, delivery.runId),
      news: (sent) => void journal.news.push({ at: time.now(), sent }),
    },
  };
  return stage;
}

function invoke<Event>(stage: Stage, to: LambdaFunction<Event>, event: Event, about: string): string | null {
  const run: typeof to.run = (given, life) => to.run(given, life).catch(noteMistake(stage, to.name));
  return stage.lambda.invoke({ ...to, run }, event, about);
}

/** An error that is none of ours is a mistake. */
function noteMistake({ journal }: Stage, name: FunctionName): (thrown: unknown) => never {
  return (thrown) => {
    if (!(thrown instanceof RemediationError)) journal.violations.push(`${name} threw ${String(thrown)}`);
    throw thrown;
  };
}

/** The ports of one invocation: they count, and end with it. */
function alive(stage: Stage, name: FunctionName, life: Life): Alive {
  const { calls } = stage.journal;
  return (ports, of) => {
    const called = calledIn(of ?? '');
    const known = callsOf(name);
    return mortal(ports, life, {
      before: (port) => {
        const call = known(called(port));
        calls.set(call, (calls.get(call) ?? 0) + 1);
      },
      after: (port) => stage.afterCall(name, called(port), life),
    });
  };
}

/** Names of ports and calls are few, and making them anew would cost as much as a call. */
const calledIn = memoize((of) => memoize((port) => (of === '' ? port : `${of}.${port}`)));
const callsOf = memoize((name) => memoize((port) => `${name as FunctionName} ${port}` as const));

const nothing = () => {};

function dispatcher(stage: Stage): LambdaFunction<DispatchEvent> {
  const { product } = stage;
  return {
    ...{ name: 'dispatch', timeoutMs: MINUTE, mostAgeMs: PERIOD_MS, retries: 0, onFailure: nothing },
    run: async (event, life) => {
      if (event.kind === 'alarm') {
        const ports = product.portsOfIntake(
          alive(stage, 'dispatch', life)({ ...portsOfIntake(stage), readRegistry: stage.tables.readAll }),
        );
        const { wroteLately } = stage.logs;
        const beside = alive(stage, 'dispatch', life)({ wroteLately, sleep: stage.time.sleep });
        return product.sweepFiltered({ ...ports, ...beside });
      }
      const ports = product.portsOfDispatch(alive(stage, 'dispatch', life)(portsOfDispatch(stage)));
      return product.dispatch(event.at, SETTINGS, ports);
    },
  };
}

function ofIntake(stage: Stage): LambdaFunction<Parameters<Send['intake']>[0]> {
  const { product } = stage;
  return {
    ...{ name: 'intake', timeoutMs: 15 * SECOND, mostAgeMs: MINUTE, retries: 0, onFailure: nothing },
    run: (event, life) =>
      product.intake(event, product.portsOfIntake(alive(stage, 'intake', life)(portsOfIntake(stage)))),
  };
}

function ofTriggers(stage: Stage): LambdaFunction<null> {
  const { product } = stage;
  const settings = { destination: INTAKE_ARN, mayTakeLast: false };
  return {
    ...{ name: 'triggers', timeoutMs: 5 * MINUTE, mostAgeMs: 30 * MINUTE, retries: 1, onFailure: nothing },
    run: (_event, life) =>
      product.setTriggers(
        settings,
        product.portsOfTriggers(alive(stage, 'triggers', life)(portsOfTriggers(stage)), stage.logs),
      ),
  };
}

const KNOWN = new WeakMap<Stage, ReturnType<typeof knownDatabases>>();

function knownOf(stage: Stage): ReturnType<typeof knownDatabases> {
  const found = KNOWN.get(stage) ?? knownDatabases();
  KNOWN.set(stage, found);
  return found;
}

function remediator(stage: Stage): LambdaFunction<FleetRunEvent> {
  const { time, journal, product, send } = stage;
  return {
    ...{ name: 'remediate', timeoutMs: TIMEOUT_MS, mostAgeMs: MINUTE, retries: 0 },
    onFailure: (event, requestId, why) => send.report(failureOf(event, requestId, why)),
    run: async (event, life) => {
      const { database: key, trigger } = event;
      const { item } = stage.tables.registry.get(key) ?? {};
      const sentAt = Date.parse(event.at);
      journal.runs.push({ id: life.requestId, key, at: time.now(), trigger, sentAt, item });
      const ofLife = alive(stage, 'remediate', life);
      const ports = product.portsOfRun(ofLife(portsOfRun(stage, life, knownOf(stage), ofLife)));
      const deadline = ports.now() + TIMEOUT_MS - LEFT_MS;
      const record = await product.fleetRun(event, { runId: life.requestId, deadline }, ports);
      if (record !== null) checkRecord(stage, record, item);
    },
  };
}

/** A run may fail, but not by a mistake, and the slots that it counts are those of its server. */
function checkRecord(
  { journal, estate }: Stage,
  { problem, plan }: RunRecord,
  item: string | undefined,
): void {
  if (problem?.code === 'unexpected') journal.violations.push(`a run met: ${problem.message}`);
  const counted = plan?.pressure.find(({ scope }) => scope.kind === 'server')?.usable;
  if (counted === undefined) return;
  const { key, host } = itemIn(item ?? '{}');
  const slots = estate.behind(host)?.server.usable;
  if (slots !== undefined && counted !== slots)
    journal.violations.push(`a run of ${key} counted ${counted} slots of ${slots}`);
}

/** As it stands in the table, whatever the product makes of it. Most runs of an hour find the same text. */
const itemIn = memoize((text) => JSON.parse(text));

/** What Lambda tells of a run without a result. */
function failureOf(event: FleetRunEvent, requestId: string, why: 'crashed' | 'expired'): FleetDelivery {
  const facts: RunFacts = { failedBy: why, isBusy: null, askedAt: event.at };
  const from = { functionName: null, requestId };
  const error = { errorType: 'Sandbox.Timedout', errorMessage: 'Its time was up.' };
  return {
    ...{ key: event.database, runId: requestId, facts, functionArn: REMEDIATE_ARN },
    destination:
      why === 'expired'
        ? { kind: 'expired', ...from }
        : { kind: 'failed-run', ...from, ...error, payload: event },
  };
}

function reporter(stage: Stage): LambdaFunction<FleetDelivery> {
  const { product } = stage;
  return {
    ...{ name: 'report', timeoutMs: 30 * SECOND, mostAgeMs: 6 * HOUR, retries: 5, onFailure: nothing },
    run: (delivery, life) => {
      const ofLife = alive(stage, 'report', life);
      return product.reportParcel(
        delivery,
        product.portsOfReport(ofLife(portsOfReport(stage, delivery.runId, ofLife))),
      );
    },
  };
}
