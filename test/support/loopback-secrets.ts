import { randomUUID } from 'node:crypto';
import { LOOPBACK_ACCOUNT, LOOPBACK_REGION } from './loopback-server.ts';

/** The versions of a secret: `SecretString` is AWSCURRENT, the others exist only while they are given. */
export type LoopbackSecret = {
  readonly SecretString: string;
  readonly AWSPENDING?: string;
  readonly AWSPREVIOUS?: string;
};

type Version = {
  readonly id: string;
  readonly text: string;
  stages: readonly string[];
  readonly createdAt: number;
};
type Secret = { readonly arn: string; readonly name: string; versions: readonly Version[] };

/** A refusal as Secrets Manager sends it: always status 400. */
export class SecretsError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

export type SecretStore = {
  /** Answers `GetSecretValue`; throws the service's error. */
  readonly getSecretValue: (input: Readonly<Record<string, unknown>>) => object;
  /** What a finished rotation leaves: the text is AWSCURRENT, the one before is AWSPREVIOUS, and AWSPENDING is gone. */
  readonly rotate: (idOrArn: string, text: string) => void;
};

/** Holds secrets that are found by name, by ARN, and by ARN without its six random characters. */
export function makeSecretStore(secrets: Readonly<Record<string, LoopbackSecret>>): SecretStore {
  const held = Object.entries(secrets).map(([idOrArn, secret]) => makeSecret(idOrArn, secret));
  const find = (id: unknown) => {
    const secret = held.find(({ arn, name }) => id === name || id === arn || id === arn.slice(0, -7));
    if (secret === undefined) throw notFound('.');
    return secret;
  };
  const getSecretValue: SecretStore['getSecretValue'] = ({ SecretId, VersionId, VersionStage }) => {
    const { arn, name, versions } = find(SecretId);
    const stage = VersionStage ?? (VersionId === undefined ? 'AWSCURRENT' : undefined);
    const version = versions.find(
      ({ id, stages }) =>
        (VersionId === undefined || id === VersionId) &&
        (stage === undefined || stages.includes(String(stage))),
    );
    if (version === undefined) {
      throw notFound(VersionId ? ` value for VersionId: ${VersionId}` : ` value for staging label: ${stage}`);
    }
    return {
      ARN: arn,
      Name: name,
      VersionId: version.id,
      SecretString: version.text,
      VersionStages: version.stages,
      CreatedDate: version.createdAt,
    };
  };
  const rotate: SecretStore['rotate'] = (idOrArn, text) => {
    const secret = find(idOrArn);
    const current = secret.versions.find(({ stages }) => stages.includes('AWSCURRENT'));
    secret.versions = [makeVersion(text, 'AWSCURRENT')];
    if (current) secret.versions = [...secret.versions, { ...current, stages: ['AWSPREVIOUS'] }];
  };
  return { getSecretValue, rotate };
}

function makeSecret(idOrArn: string, { SecretString, AWSPENDING, AWSPREVIOUS }: LoopbackSecret): Secret {
  const isArn = idOrArn.startsWith('arn:');
  const name = isArn ? (idOrArn.split(':')[6] ?? '').slice(0, -7) : idOrArn;
  const arn = isArn
    ? idOrArn
    : `arn:aws:secretsmanager:${LOOPBACK_REGION}:${LOOPBACK_ACCOUNT}:secret:${name}-LoOpBk`;
  const versions = [makeVersion(SecretString, 'AWSCURRENT')];
  if (AWSPENDING !== undefined) versions.push(makeVersion(AWSPENDING, 'AWSPENDING'));
  if (AWSPREVIOUS !== undefined) versions.push(makeVersion(AWSPREVIOUS, 'AWSPREVIOUS'));
  return { arn, name, versions };
}

const makeVersion = (text: string, stage: string): Version => ({
  id: randomUUID(),
  text,
  stages: [stage],
  createdAt: Date.now() / 1000,
});

const notFound = (which: string) =>
  new SecretsError('ResourceNotFoundException', `Secrets Manager can't find the specified secret${which}`);
