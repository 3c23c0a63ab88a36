import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLASS_PATH, PYTHON } from './installed.ts';
import type { Start } from './scene.ts';

const PROGRAMS = join(import.meta.dirname, 'programs');
export const programFile = (name: string): string => join(PROGRAMS, name);

export function node(name: string, ...args: readonly string[]): Start {
  return { file: process.execPath, args: [programFile(name), ...args] };
}

export function python(name: string, ...args: readonly string[]): Start {
  // No folder of compiled modules beside the programs.
  return { file: PYTHON ?? 'python3', args: ['-B', programFile(name), ...args] };
}

/** Starts as fast as it can, and needs little. */
const JVM = ['-Xmx64m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** `classes` is a folder of compiled programs. */
export function java(classes: string, name: string, ...properties: readonly string[]): Start {
  const defined = properties.map((each) => `-D${each}`);
  return { file: 'java', args: [...JVM, ...defined, '-cp', `${classes}:${CLASS_PATH}`, name] };
}

/** Compiles the programs into a new folder. */
export function compileJava(): string {
  const classes = mkdtempSync(join(tmpdir(), 'headroom-java-'));
  const sources = ['Requests', 'TaskSlots', 'NeverClosed'].map((name) => programFile(`${name}.java`));
  execFileSync('javac', ['-d', classes, '-cp', CLASS_PATH ?? '', ...sources], { stdio: 'inherit' });
  return classes;
}
