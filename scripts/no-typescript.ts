/*
 * Replaces protoplugin's imports of typescript and @typescript/vfs in the bundle. protoplugin uses these to transpile for
 * plugins that cannot print JavaScript. Ours can.
 */
const nothing: Readonly<Record<string, never>> = {};

export default nothing;
export const createDefaultMapFromNodeModules = undefined;
export const createSystem = undefined;
export const createVirtualCompilerHost = undefined;
