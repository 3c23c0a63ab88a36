import { HANDLER, REPORT_ENV, REPORT_TIMEOUT_SECONDS } from '../../functions/contract.ts';
import { packRecord } from '../../functions/core/run/codec/run-result.ts';
import type { RunRecord } from '../../functions/core/run/record.ts';
import { destinationEnvelope } from '../support/destination-envelope.ts';
import { functionArn } from '../support/lambda-environment.ts';
import { type LoopbackAws, startLoopbackAws } from '../support/loopback-aws.ts';
import { startLoopbackLambda } from '../support/loopback-lambda.ts';
import { type LoopbackS3, startLoopbackS3 } from '../support/loopback-s3.ts';

/** What Lambda gives at 512 MB (functions/report/allowance.ts). */
const SHARE_OF_CORE = 0.29;
/** It ends only what hangs. */
const PATIENT_SECONDS = 900;

export const BUCKET = 'records-of-pg-headroom';

type Line = Readonly<Record<string, unknown>>;

/** A bundle of `report` with loopback services behind it. */
export class ReportStage implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly #aws: LoopbackAws;
  readonly s3: LoopbackS3;

  private constructor(stack: AsyncDisposableStack, aws: LoopbackAws, s3: LoopbackS3) {
    this.#stack = stack;
    this.#aws = aws;
    this.s3 = s3;
  }

  static async start(): Promise<ReportStage> {
    const stack = new AsyncDisposableStack();
    const aws = stack.use(await startLoopbackAws());
    return new ReportStage(stack, aws, stack.use(await startLoopbackS3([BUCKET])));
  }

  use<Resource extends Disposable>(resource: Resource): Resource {
    return this.#stack.use(resource);
  }

  /**
   * Delivers a run's record to the bundle, and all that comes of it. For tests of the CPU budget the function's clock goes by
   * its CPU: else a machine that gives less than its share of a core would be measured.
   */
  async report(bundle: string, record: RunRecord, clock: 'machine' | 'cpu' = 'machine') {
    const environment = {
      ...this.#aws.environment,
      ...this.s3.environment,
      [REPORT_ENV.topic]: 'arn:aws:sns:eu-west-1:111122223333:people',
      [REPORT_ENV.bucket]: BUCKET,
      ...(clock === 'cpu' && { LOOPBACK_SHARE_OF_CORE: String(SHARE_OF_CORE) }),
    };
    const timeoutSeconds = clock === 'cpu' ? PATIENT_SECONDS : REPORT_TIMEOUT_SECONDS;
    const report = { bundle, handler: HANDLER, timeoutSeconds, environment, memoryMb: 512 };
    const lambda = this.#stack.use(startLoopbackLambda({ functions: { report } }));
    const envelope = destinationEnvelope({
      requestId: record.runId,
      functionArn: functionArn('pg-headroom-orders'),
      condition: 'Success',
      attempts: 1,
      event: {},
      response: { payload: packRecord(record), isError: false },
    });
    const invocation = await lambda.invokeAsync('report', envelope);
    const lines: readonly Line[] = lambda.logs.flatMap(({ line }) => {
      const json = /\{.*\}$/.exec(line)?.[0];
      return json === undefined ? [] : [JSON.parse(json) as Line];
    });
    const named = (event: string) => lines.filter((line) => line.event === event);
    return { invocation, lines, named, published: this.#aws.published };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}
