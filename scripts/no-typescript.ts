/*
 * Stands in a bundle for what protoplugin imports of typescript and @typescript/vfs: it transpiles for plugins that have
 * no printers of their own for JavaScript. Ours has them.
 */
const nothing: Readonly<Record<string, never>> = {};

export default nothing;
export const createDefaultMapFromNodeModules = undefined;
export const createSystem = undefined;
export const createVirtualCompilerHost = undefined;
