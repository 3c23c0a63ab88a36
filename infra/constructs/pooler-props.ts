import type { PoolerKind } from '../../functions/core/server/pooler-kind.ts';

/** A pooler in front of the server, whose console is read while a run takes its snapshot. */
export interface PoolerProps {
  readonly kind: PoolerKind;
  /** The pooler's own host name or address. */
  readonly host: string;
  /** @default - 6432 for PgBouncer, 9999 for pgpool-II */
  readonly port?: number | undefined;
  /**
   * The complete ARN of a secret with user name and password for the console.
   *
   * @default - the server's secret
   */
  readonly secretArn?: string | undefined;
  /**
   * Use `off` only in networks that you trust.
   *
   * @default verify
   */
  readonly tls?: 'verify' | 'off' | undefined;
  /**
   * PEM file in the function's file system with the certificate authorities to trust.
   *
   * @default - those of the Lambda runtime
   */
  readonly caFile?: string | undefined;
}
