/** Receivers beyond AWS with a key each, as they are declared. */

export const receiverSecretArn = (name: string) =>
  `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}-AbCdEf`;
export const ROUTING_KEY = 'R0123456789abcdef0123456789abcde';
export const GENIE_KEY = '01234567-89ab-cdef-0123-456789abcdef';
export const WORKFLOW =
  'https://prod-1.westeurope.logic.azure.com/workflows/a1/triggers/manual/paths/invoke?sig=s3cr3t';
export const SIGNING_KEY = Buffer.alloc(24, 'k').toString('base64');
export const RECEIVER_KEYS: Readonly<Record<string, string>> = {
  [receiverSecretArn('pagerduty')]: ROUTING_KEY,
  [receiverSecretArn('opsgenie')]: JSON.stringify({ key: GENIE_KEY }),
  [receiverSecretArn('teams')]: `${WORKFLOW}\n`,
  [receiverSecretArn('webhook')]: `whsec_${SIGNING_KEY}`,
};
export const ALL_RECEIVERS = {
  pagerDuty: { secretArn: receiverSecretArn('pagerduty') },
  opsgenie: { secretArn: receiverSecretArn('opsgenie') },
  teams: { secretArn: receiverSecretArn('teams') },
  webhook: { secretArn: receiverSecretArn('webhook'), url: 'https://hooks.example.com/headroom?team=db' },
} as const;

export const SENT_AT = Date.parse('2026-11-21T03:15:42.512Z');
/** A clock that is later by this time at each look. */
export const clockBy = (ms: number) => {
  let looks = 0;
  return () => {
    looks += 1;
    return SENT_AT + (looks - 1) * ms;
  };
};
