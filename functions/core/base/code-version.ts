declare const HEADROOM_CODE: string | undefined;

export const isBuilt = typeof HEADROOM_CODE === 'string';

/**
 * The version and commit of this code, which the build writes here. Source code that was not built has
 * neither.
 */
export const CODE_VERSION = isBuilt ? String(HEADROOM_CODE) : '(not built)';
