import { aServer, CONTEXT, synthesize, theOnly } from './synthesis.ts';

export const example = aServer();

/** Another one, with everything declared otherwise. */
const billing = aServer({
  name: 'billing',
  host: 'billing.example.com',
  port: 5433,
  database: 'maintenance',
  secretArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:pg-headroom/billing-Gh4iJk',
  logGroup: '/aws/rds/instance/billing/postgresql',
  schedule: 'rate(2 hours)',
  policy: undefined,
  tls: 'off',
  caFile: '/var/task/ca.pem',
});

/** The example of cdk.json and the other server, in one stack. */
export const templates = synthesize([...CONTEXT.servers, billing]);

const [functionId, remediate] = theOnly(templates.servers, 'AWS::Lambda::Function', 'orders');

export { functionId, remediate };
export const functionArn = { 'Fn::GetAtt': [functionId, 'Arn'] };

/** What the servers' stack calls something of the reporting's stack: the export of exactly this value. */
export function imported(value: unknown): { readonly 'Fn::ImportValue': string } {
  const outputs = Object.values(templates.reporting.findOutputs('*'));
  const output = outputs.find(
    ({ Value, Export }) => Export !== undefined && JSON.stringify(Value) === JSON.stringify(value),
  );
  return { 'Fn::ImportValue': output?.Export.Name };
}

const [reportId] = theOnly(templates.reporting, 'AWS::Lambda::Function');
export const reportArn = imported({ 'Fn::GetAtt': [reportId, 'Arn'] });

export const variablesOf = (server: string) => {
  const [, { Properties }] = theOnly(templates.servers, 'AWS::Lambda::Function', server);
  return (Properties.Environment as { readonly Variables: Readonly<Record<string, string>> }).Variables;
};
