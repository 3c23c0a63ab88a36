import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { BUNDLES, REPORT_ENV, REPORT_TIMEOUT_SECONDS } from '../functions/contract.ts';
import { BundledFunction, builtBundle } from './bundled-function.ts';

export interface IncidentReportingProps {
  /**
   * Folder of the built `report` bundle.
   *
   * @default - what `npm run build` leaves in this package
   */
  readonly bundle?: string;
}

/** Once per app, account and region: turns the runs of every server into messages. Reaches AWS and no server. */
export class IncidentReporting extends Construct {
  /** The destination of every `remediate` function. */
  readonly report: lambda.Function;
  /** For people: subscribe e-mail addresses and on-call tools here. */
  readonly people: sns.Topic;

  constructor(scope: Construct, id: string, props: IncidentReportingProps = {}) {
    super(scope, id);
    this.people = this.encryptedTopic();
    this.report = this.reportFunction(props);
  }

  /**
   * AWS's own key for SNS is enough, because only `report` publishes here: it needs no permission on that key. A topic
   * that an alarm publishes to needs a customer-managed key, and a topic policy that lets CloudWatch in: `enforceSSL`
   * writes a policy of its own in place of SNS's default.
   */
  private encryptedTopic(): sns.Topic {
    return new sns.Topic(this, 'People', {
      displayName: 'pg-headroom',
      masterKey: kms.Alias.fromAliasName(this, 'SnsKey', 'alias/aws/sns'),
      enforceSSL: true,
    });
  }

  /** Lambda's own two retries stay: a message that comes twice is better than one that never comes. */
  private reportFunction({ bundle = builtBundle(BUNDLES.report) }: IncidentReportingProps): lambda.Function {
    const publish = new iam.PolicyStatement({ actions: ['sns:Publish'], resources: [this.people.topicArn] });
    const { function: report } = new BundledFunction(this, 'Report', {
      bundle,
      description: 'pg-headroom: turns the result of a run into a message',
      environment: { [REPORT_ENV.topic]: this.people.topicArn },
      timeout: Duration.seconds(REPORT_TIMEOUT_SECONDS),
      memorySize: 512,
      statements: [publish],
    });
    return report;
  }
}
