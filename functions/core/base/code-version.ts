declare const HEADROOM_CODE: string | undefined;

export const isBuilt = typeof HEADROOM_CODE === 'string';

/** Which code this is: the build writes its version and commit here. Code that was not built has neither. */
export const CODE_VERSION = isBuilt ? String(HEADROOM_CODE) : '(not built)';
