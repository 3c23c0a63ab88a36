import { InvalidArgumentError } from 'commander';
import { putHubObject } from '../aws/hub-objects.ts';
import { isPolicyName } from '../core/fleet/database-tags.ts';
import { parsePolicyText } from '../core/policy/parse-policy.ts';
import { policyHash } from '../remediate/policy-hash.ts';
import type { CommandSpec } from './command.ts';
import { EXIT } from './exit-code.ts';
import { readInput } from './read-input.ts';
import { regionOption } from './region-option.ts';
import { print } from './terminal.ts';
import { CREDENTIALS_TOPIC } from './with-memory.ts';

type Given = {
  readonly name: string;
  readonly file: string;
  readonly bucket: string;
  readonly region?: string;
};

export const policyPut: CommandSpec<Given> = {
  name: 'policy put',
  summary: "Check a policy and write it into the organisation's bucket, for all databases that name it.",
  arguments: [
    {
      form: '<name>',
      about: 'the name, as in the tag pg-headroom:policy; default for databases without that tag',
      parse: policyName,
    },
    { form: '<file>', about: 'the policy, - for standard input' },
  ],
  options: [
    { flags: '--bucket <name>', about: "the organisation's bucket", isRequired: true },
    regionOption('the region of the bucket (default: AWS_REGION, or that of the profile)'),
  ],
  examples: ['headroom policy put default policy.json --bucket acme-headroom-hub'],
  notes:
    'A policy with a problem is refused here and changes nothing. Each cell copies it within a period of five minutes, and the runs of that period use it. Records have its name and hash. Without a mode in the policy the tag of each database decides. The credentials need s3:PutObject, and their role has to be one of the PolicyWriters of fleet-hub.',
  topics: [CREDENTIALS_TOPIC],
  exits: { done: 'done', badInput: 'the policy has problems' },
  run: async ({ name, file, bucket, region }) => {
    const text = await readInput(file, 'policy', 'policy-invalid');
    const hash = policyHash(parsePolicyText(text));
    await putHubObject({ bucket, key: `policies/${name}.json`, region }, text);
    print(`Policy ${name} is written, hash ${hash.slice(0, 12)}. Each cell copies it within a period.`);
    return EXIT.done;
  },
};

function policyName(text: string): string {
  if (isPolicyName(text)) return text;
  throw new InvalidArgumentError(
    'Allowed are 1 to 63 small letters, digits, ".", "_" and "-", a letter or digit first.',
  );
}
