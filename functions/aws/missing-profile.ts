import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { quoted } from '../core/base/errors.ts';

/**
 * The text for an AWS_PROFILE that names a profile which no file of the AWS CLI has, or null. The SDK then only says that it
 * found no credentials, or no region, in any of the places where it looks.
 */
export function missingProfile(): string | null {
  const { AWS_PROFILE: profile, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE } = process.env;
  if (!profile) return null;
  const config = AWS_CONFIG_FILE || join(homedir(), '.aws', 'config');
  const credentials = AWS_SHARED_CREDENTIALS_FILE || join(homedir(), '.aws', 'credentials');
  const known = new Set([...namesIn(config, IN_CONFIG), ...namesIn(credentials, IN_CREDENTIALS)]);
  if (known.has(profile)) return null;
  const there = known.size === 0 ? 'there is none' : `there are ${[...known].toSorted().join(', ')}`;
  return `AWS_PROFILE names the profile ${quoted(profile)}, which is in neither ${config} nor ${credentials}: ${there}`;
}

/** `[profile NAME]`, perhaps with quotes, or `[default]`. `[NAME]` is no profile in this file. */
const IN_CONFIG = /^\s*\[\s*(?:profile\s+(["']?)(?<name>[^\s"'\]]+)\1|(?<plain>default))\s*\]/gm;
const IN_CREDENTIALS = /^\s*\[\s*(["']?)(?<name>[^\s"'\]]+)\1\s*\]/gm;

function namesIn(file: string, sections: RegExp): readonly string[] {
  return [...textOf(file).matchAll(sections)].map(({ groups }) => groups?.name ?? groups?.plain ?? '');
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
