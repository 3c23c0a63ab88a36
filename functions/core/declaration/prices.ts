/** A list price in dollars, and the page of AWS that has it. */
type Price = { readonly dollars: number; readonly source: string };

/** When the pages were read. */
export const PRICES_AS_OF = '2026-11';

const LAMBDA = 'https://aws.amazon.com/lambda/pricing/';
const CLOUDWATCH = 'https://aws.amazon.com/cloudwatch/pricing/';
const SECRETS = 'https://aws.amazon.com/secrets-manager/pricing/';

/** List prices of us-east-1, before any free tier. The only place that has them. */
export const PRICES = {
  /** A function on Arm. */
  gbSecond: { dollars: 0.000_013_333_4, source: LAMBDA },
  invocation: { dollars: 0.2 / 1_000_000, source: LAMBDA },
  schedulerInvocation: { dollars: 1 / 1_000_000, source: 'https://aws.amazon.com/eventbridge/pricing/' },
  /** For each 64 KB on a bus of your own. */
  busEvent: { dollars: 1 / 1_000_000, source: 'https://aws.amazon.com/eventbridge/pricing/' },
  logGb: { dollars: 0.5, source: CLOUDWATCH },
  /** A month. */
  alarm: { dollars: 0.1, source: CLOUDWATCH },
  /** A month, for each of the first 10,000. */
  metric: { dollars: 0.3, source: CLOUDWATCH },
  /** A month. */
  dashboard: { dollars: 3, source: CLOUDWATCH },
  /** A month. */
  secret: { dollars: 0.4, source: SECRETS },
  secretCall: { dollars: 0.05 / 10_000, source: SECRETS },
  dynamoDbRead: { dollars: 0.125 / 1_000_000, source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/' },
  dynamoDbWrite: {
    dollars: 0.625 / 1_000_000,
    source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  },
  s3Get: { dollars: 0.4 / 1_000_000, source: 'https://aws.amazon.com/s3/pricing/' },
  /** In one zone. */
  endpointHour: { dollars: 0.01, source: 'https://aws.amazon.com/privatelink/pricing/' },
  /** A month. */
  key: { dollars: 1, source: 'https://aws.amazon.com/kms/pricing/' },
  trace: { dollars: 5 / 1_000_000, source: 'https://aws.amazon.com/xray/pricing/' },
} as const satisfies Readonly<Record<string, Price>>;
