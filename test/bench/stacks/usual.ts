/** The usual way to write such a function: everything that it may need is imported and created at the top. */
import { readFileSync } from 'node:fs';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import pg from 'pg';
import * as z from 'zod';

const environmentSchema = z.object({
  COLD_HOST: z.string().min(1),
  COLD_PORT: z.coerce.number().int().positive(),
  COLD_CA: z.string().min(1),
  COLD_APPLICATION: z.string().min(1),
  COLD_SECRET: z.string().min(1),
  COLD_TOPIC: z.string().min(1),
});
const secretSchema = z.object({ username: z.string(), password: z.string() });
const eventSchema = z.looseObject({ alarmData: z.looseObject({ alarmName: z.string() }).optional() });

const logger = new Logger({ serviceName: 'remediate' });
const metrics = new Metrics({ namespace: 'Remediate', serviceName: 'remediate' });
const secrets = new SecretsManagerClient({});
const sns = new SNSClient({});

export async function handler(event: unknown): Promise<void> {
  const environment = environmentSchema.parse(process.env);
  const { alarmData } = eventSchema.parse(event);
  logger.info('started', { alarm: alarmData?.alarmName });
  const { SecretString } = await secrets.send(
    new GetSecretValueCommand({ SecretId: environment.COLD_SECRET }),
  );
  const { username, password } = secretSchema.parse(JSON.parse(SecretString ?? ''));
  const client = new pg.Client({
    host: environment.COLD_HOST,
    port: environment.COLD_PORT,
    user: username,
    password,
    database: 'postgres',
    ssl: { ca: readFileSync(environment.COLD_CA, 'utf8') },
  });
  await client.connect();
  const text = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle' AND application_name = $1`;
  const { rowCount } = await client.query(text, [environment.COLD_APPLICATION]);
  await client.end();
  metrics.addMetric('Terminated', MetricUnit.Count, rowCount ?? 0);
  metrics.publishStoredMetrics();
  await sns.send(new PublishCommand({ TopicArn: environment.COLD_TOPIC, Message: `${rowCount} ended` }));
}
