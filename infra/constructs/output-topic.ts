import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { ownAlarmsArn } from './alarm-names.ts';

/**
 * Makes the topics that `report` and our alarms publish to. They are encrypted and take TLS only. Their key is made only with
 * the first topic, because it costs as much as everything else here together.
 */
export function ownTopicsIn(scope: Construct): (id: string, displayName: string) => sns.Topic {
  let key: kms.Key | undefined;
  return (id, displayName) => {
    key ??= outputKey(scope);
    const topic = new sns.Topic(scope, id, { displayName, masterKey: key, enforceSSL: true });
    // `enforceSSL` writes a policy. It replaces SNS's default policy, which would let alarms publish.
    const publish = { actions: ['sns:Publish'], resources: [topic.topicArn] };
    topic.addToResourcePolicy(alarmsMay(scope, 'AlarmsPublish', publish));
    return topic;
  };
}

/**
 * A customer-managed key, because alarms cannot use AWS's key for SNS. It is deleted with its stack: no stored data needs
 * it.
 */
function outputKey(scope: Construct): kms.Key {
  const key = new kms.Key(scope, 'TopicKey', {
    description: 'pg-headroom: encrypts messages of the report function and of alarms on their way to people',
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  key.addToResourcePolicy(
    alarmsMay(scope, 'AlarmsEncrypt', { actions: ['kms:Decrypt', 'kms:GenerateDataKey*'], resources: ['*'] }),
  );
  return key;
}

/** Allows our alarms of this account and region to publish, and no other alarms. */
function alarmsMay(
  scope: Construct,
  sid: string,
  may: { readonly actions: string[]; readonly resources: string[] },
): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid,
    principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
    ...may,
    conditions: {
      StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
      ArnLike: { 'aws:SourceArn': ownAlarmsArn(scope) },
    },
  });
}
