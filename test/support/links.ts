const KEPT =
  'https://eu-west-1.console.aws.amazon.com/s3/object/pg-headroom-reporting-reportingrecords1a2b3c4d-a1b2c3d4e5f6?region=eu-west-1&prefix=records/orders/2026/11/21/c2a6f2ae-7dbb-4d22-8782-d0485c9877e2';

/** As long as the names of buckets and runs make them. */
export const PAGE_URL = `${KEPT}.html`;
export const RECORD_URL = `${KEPT}.json.gz`;
