import { generate } from 'selfsigned';

/** Both PEM. */
export type KeyPair = { readonly key: string; readonly cert: string };

export type Certificates = {
  /**
   * The authority that signed the others, PEM. Each call makes a new one, so that the authority of another call is a wrong
   * one.
   */
  readonly ca: string;
  /** For `localhost` and 127.0.0.1, unless other names were asked for. */
  readonly server: KeyPair;
  /** As `server`, but expired yesterday. */
  readonly expired: KeyPair;
  /** Valid, for a host of another name. */
  readonly wrongName: KeyPair;
};

type Names = { readonly dns: readonly string[]; readonly ip: readonly string[] };

const DAY_MS = 24 * 60 * 60 * 1000;
const LOOPBACK: Names = { dns: ['localhost'], ip: ['127.0.0.1'] };
/** Elliptic curve: an RSA key takes a hundred times as long to make. */
const KIND = { keyType: 'ec', algorithm: 'sha256' } as const;

/** An authority and the server certificates, good and bad, that it signed. */
export async function selfSignedCertificates(names: Names = LOOPBACK): Promise<Certificates> {
  const ca = await certificateAuthority();
  const [server, expired, wrongName] = await Promise.all([
    signed(ca, names, fromNow(-1), fromNow(30)),
    signed(ca, names, fromNow(-30), fromNow(-1)),
    signed(ca, { dns: ['elsewhere.example'], ip: [] }, fromNow(-1), fromNow(30)),
  ]);
  return { ca: ca.cert, server, expired, wrongName };
}

function fromNow(days: number): Date {
  return new Date(Date.now() + days * DAY_MS);
}

async function certificateAuthority(): Promise<KeyPair> {
  const made = await generate([{ name: 'commonName', value: 'Test authority' }], {
    ...KIND,
    notBeforeDate: fromNow(-60),
    notAfterDate: fromNow(60),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { key: made.private, cert: made.cert };
}

async function signed(ca: KeyPair, names: Names, notBeforeDate: Date, notAfterDate: Date): Promise<KeyPair> {
  const made = await generate([{ name: 'commonName', value: names.dns[0] ?? 'server' }], {
    ...KIND,
    ca,
    notBeforeDate,
    notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.dns.map((value) => ({ type: 2, value }) as const),
          ...names.ip.map((ip) => ({ type: 7, ip }) as const),
        ],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}
