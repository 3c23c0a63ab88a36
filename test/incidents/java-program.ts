import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const debianJar = (name: string): string => join('/usr/share/java', `${name}.jar`);

/** Compiled once in each process, by name. */
const compiled = new Map<string, string>();

/** How a class of `programs` is run in little memory. */
export function javaProgram(
  name: string,
  classPath: string,
): { readonly file: string; readonly args: readonly string[] } {
  const classes = compiled.get(name) ?? compile(name, classPath);
  compiled.set(name, classes);
  const small = ['-Xmx96m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  return { file: 'java', args: [...small, '-cp', `${classes}:${classPath}`, name] };
}

function compile(name: string, classPath: string): string {
  const classes = mkdtempSync(join(tmpdir(), 'headroom-java-'));
  const source = join(import.meta.dirname, `programs/${name}.java`);
  execFileSync('javac', ['-d', classes, '-cp', classPath, source], { stdio: 'inherit' });
  return classes;
}
