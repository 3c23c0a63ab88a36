import type { VirtualTime } from './virtual-time.ts';

export type FunctionName = 'dispatch' | 'intake' | 'triggers' | 'remediate' | 'report';

/** One invocation while it lasts. */
export type Life = {
  readonly requestId: string;
  readonly isOver: () => boolean;
  /** Called when Lambda ends it before it has finished. */
  readonly onKilled: (act: () => void) => void;
  readonly kill: () => void;
};

/** What happens to one event on its way. Several delays are several deliveries, none is a lost event. */
export type Delivery = { readonly delaysMs: readonly number[] };

export type LambdaFunction<Event> = {
  readonly name: FunctionName;
  readonly timeoutMs: number;
  /** An event that has waited for longer is not run. */
  readonly mostAgeMs: number;
  /** Further tries after an error. */
  readonly retries: number;
  readonly run: (event: Event, life: Life) => Promise<void>;
  /** What follows when no try succeeded. */
  readonly onFailure: (event: Event, requestId: string, why: 'crashed' | 'expired') => void;
};

/** What decides about deliveries, and how many invocations of all functions there may be at once. */
export type LambdaWeather = {
  readonly deliver: (name: FunctionName, about: string, at: number) => Delivery;
  readonly concurrency: (at: number) => number;
  /** Whether a throttled event is gone for good, and nobody hears of it. Lambda does not do that. */
  readonly dropsThrottled: boolean;
};

/** Lambda's asynchronous queue. */
export type SimulatedLambda = {
  /** The id of the request; null when it is lost on its way. */
  readonly invoke: <Event>(to: LambdaFunction<Event>, event: Event, about: string) => string | null;
  /** The most invocations that ran at once. */
  readonly peak: () => number;
  /** How often an event had to wait because so many ran. */
  readonly throttled: () => number;
};

/** Throttled events come again after ever longer times. */
const THROTTLED_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000] as const;
const RETRY_MS = 60_000;

export function simulatedLambda(time: VirtualTime, weather: LambdaWeather): SimulatedLambda {
  const running = { now: 0, most: 0, throttled: 0 };
  let requests = 0;
  const begin = <Event>(to: LambdaFunction<Event>, event: Event, sent: Sent): void => {
    if (time.now() - sent.at > to.mostAgeMs) {
      to.onFailure(event, sent.requestId, 'expired');
      return;
    }
    if (running.now >= weather.concurrency(time.now())) {
      running.throttled += 1;
      if (weather.dropsThrottled) return;
      const waitMs = THROTTLED_MS[sent.throttled] ?? THROTTLED_MS[5];
      time.at(time.now() + waitMs, () => begin(to, event, { ...sent, throttled: sent.throttled + 1 }));
      return;
    }
    running.now += 1;
    running.most = Math.max(running.most, running.now);
    const end = (failed: boolean) => {
      running.now -= 1;
      if (!failed) return;
      if (sent.tries >= to.retries) return to.onFailure(event, sent.requestId, 'crashed');
      time.at(time.now() + RETRY_MS, () => begin(to, event, { ...sent, tries: sent.tries + 1 }));
    };
    live(time, to, event, sent.requestId, end);
  };
  return {
    peak: () => running.most,
    throttled: () => running.throttled,
    invoke: (to, event, about) => {
      requests += 1;
      const sent = { requestId: `request-${requests}`, at: time.now(), tries: 0, throttled: 0 };
      const { delaysMs } = weather.deliver(to.name, about, time.now());
      for (const ms of delaysMs) time.at(time.now() + ms, () => begin(to, event, sent));
      return delaysMs.length > 0 ? sent.requestId : null;
    },
  };
}

type Sent = {
  readonly requestId: string;
  readonly at: number;
  readonly tries: number;
  readonly throttled: number;
};

/** Runs one invocation until it ends, fails, or its time is up. */
function live<Event>(
  time: VirtualTime,
  to: LambdaFunction<Event>,
  event: Event,
  requestId: string,
  end: (failed: boolean) => void,
): void {
  const killed: (() => void)[] = [];
  let isOver = false;
  const finish = (failed: boolean) => {
    if (isOver) return;
    isOver = true;
    callOff();
    end(failed);
  };
  const kill = () => {
    if (isOver) return;
    finish(true);
    for (const act of killed) act();
  };
  const callOff = time.at(time.now() + to.timeoutMs, kill);
  const life: Life = { requestId, isOver: () => isOver, onKilled: (act) => void killed.push(act), kill };
  to.run(event, life).then(
    () => finish(false),
    () => finish(true),
  );
}

const NEVER: Promise<never> = new Promise(() => {});

/** Gives ports the end of their invocation. `of` says what they belong to, where that is not the function itself. */
export type Alive = <Ports extends object>(ports: Ports, of?: string) => Ports;

/**
 * Ports of one invocation: when that is over, their calls are never answered. `before` and `after` see each call that
 * returns a promise.
 */
export function mortal<Ports extends object>(
  ports: Ports,
  life: Life,
  { before, after }: { readonly before: (port: string) => void; readonly after: (port: string) => void },
): Ports {
  const wrap = (name: string, port: unknown): unknown => {
    if (typeof port !== 'function') return port;
    return (...given: readonly unknown[]): unknown => {
      if (life.isOver()) return isInstant(name) ? port(...given) : NEVER;
      const result: unknown = port(...given);
      if (!(result instanceof Promise)) return result;
      before(name);
      const seen = () => {
        if (!life.isOver()) after(name);
        return life.isOver();
      };
      return result.then(
        (value: unknown) => (seen() ? NEVER : value),
        (thrown: unknown) => {
          if (seen()) return NEVER;
          throw thrown;
        },
      );
    };
  };
  const wrapped: Record<string, unknown> = {};
  for (const [name, port] of Object.entries(ports)) wrapped[name] = wrap(name, port);
  return wrapped as Ports;
}

const INSTANT: ReadonlySet<string> = new Set(['now', 'log', 'measure', 'newOwner', 'portsOf', 'count']);

function isInstant(name: string): boolean {
  return INSTANT.has(name);
}
