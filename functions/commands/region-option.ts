import { InvalidArgumentError } from 'commander';
import { REGION_FORM } from '../core/base/region-form.ts';
import type { OptionSpec } from './command.ts';

/** The option that names the region of what a command looks for. A misspelt one would be asked until the time is over. */
export function regionOption(about: string): OptionSpec {
  return { flags: '--region <name>', about, parse: regionOf };
}

function regionOf(text: string): string {
  if (!new RegExp(`^${REGION_FORM}$`).test(text))
    throw new InvalidArgumentError('A region is such as eu-west-1.');
  return text;
}
