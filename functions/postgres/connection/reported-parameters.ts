import type { Client } from 'pg';

type Message = { readonly parameterName: string; readonly parameterValue: string };
/** A member of `pg` that its types leave out. */
type Connection = {
  readonly on: (event: 'parameterStatus', listener: (message: Message) => void) => unknown;
};

/** What the server or a pooler reports of itself while the client logs in (ParameterStatus). */
export function reportedParameters(client: Client): ReadonlyMap<string, string> {
  const inner: unknown = Reflect.get(client, 'connection');
  const reported = new Map<string, string>();
  const connection = inner as Connection;
  connection.on('parameterStatus', ({ parameterName, parameterValue }) =>
    reported.set(parameterName, parameterValue),
  );
  return reported;
}
