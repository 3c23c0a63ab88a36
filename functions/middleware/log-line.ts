/** One line of JSON on standard output, which Lambda ships to the function's log group. */
export function logLine(event: string, fields: Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify({ event, ...fields }));
}
