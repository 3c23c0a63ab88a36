import {
  CfnParameter,
  type DockerImageAssetLocation,
  type FileAssetLocation,
  type FileAssetSource,
  type IBoundStackSynthesizer,
  type ISynthesisSession,
  type Stack,
  StackSynthesizer,
} from 'aws-cdk-lib';
import { RemediationError } from '../../functions/core/base/errors.ts';

/** The parameter of each template that names the bucket with the zipped assets. */
export const ASSETS_BUCKET = 'AssetsBucket';

/** The folder of a function's code, and the name of its zip file. */
export type PackagedAsset = { readonly folder: string; readonly file: string };

/**
 * Writes templates that need no CDK bootstrap in the account. A parameter names the bucket with the assets, and the
 * deployment has the caller's rights. The CDK's default needs the roles and the bucket of its bootstrap.
 */
export class PackagedSynthesizer extends StackSynthesizer {
  private readonly found = new Map<string, PackagedAsset>();
  private readonly bucketIn: (stack: Stack) => string;

  /** @param bucketIn the name of the bucket with the assets, as a template's stack says it. */
  constructor(bucketIn: (stack: Stack) => string = assetsBucket) {
    super();
    this.bucketIn = bucketIn;
  }

  /** The assets of all synthesized stacks, each once. */
  get assets(): readonly PackagedAsset[] {
    return [...this.found.values()];
  }

  /** One synthesizer serves all stacks of an app. */
  reusableBind(stack: Stack): IBoundStackSynthesizer {
    const bound: PackagedSynthesizer = Object.create(this);
    bound.bind(stack);
    // The library's own types do not agree on an absent `lookupRole`.
    return bound as IBoundStackSynthesizer;
  }

  override addFileAsset({ sourceHash, fileName, packaging }: FileAssetSource): FileAssetLocation {
    if (fileName === undefined || packaging !== 'zip') throw notPackaged(fileName ?? sourceHash);
    const objectKey = `pg-headroom/${sourceHash}.zip`;
    this.found.set(sourceHash, { folder: fileName, file: objectKey });
    const bucketName = this.bucketIn(this.boundStack);
    const s3ObjectUrl = `s3://${bucketName}/${objectKey}`;
    return { bucketName, objectKey, s3ObjectUrl, httpUrl: s3ObjectUrl };
  }

  override addDockerImageAsset(): DockerImageAssetLocation {
    throw notPackaged('a container image');
  }

  override synthesize(session: ISynthesisSession): void {
    this.synthesizeTemplate(session);
    this.emitArtifact(session);
  }
}

function assetsBucket(stack: Stack): string {
  const known = stack.node.tryFindChild(ASSETS_BUCKET);
  if (known instanceof CfnParameter) return known.valueAsString;
  const description = 'The bucket, in the region of this stack, that the zipped assets were copied to.';
  return new CfnParameter(stack, ASSETS_BUCKET, { description }).valueAsString;
}

function notPackaged(what: string): RemediationError {
  const message = `${what} cannot be packaged: only folders that functions run from can; deploy with the CDK instead.`;
  return new RemediationError('config-invalid', message);
}
