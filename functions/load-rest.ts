/**
 * Loads what a run needs that got in, while it still waits for the server. It asks for the same again when it needs it, and
 * learns then what may have gone wrong.
 */
export function loadRest(): void {
  import('./remediate/act.ts').catch(() => {});
}
