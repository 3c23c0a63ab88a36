/** What an alarm on refusals asks of CloudWatch. Most dispatches need none of it: it is imported on demand. */
export { CloudWatchClient, paginateGetMetricData } from '@aws-sdk/client-cloudwatch';
