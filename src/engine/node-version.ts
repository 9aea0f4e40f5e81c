/**
 * Checks the version of Node.js: on versions that pg-boss does not support, leases would not be renewed.
 *
 * @throws Error if the version is too old.
 */
export function requireNode(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 12)) {
    throw new Error(`Node.js ${version} is too old for a server of long-running operations: use 22.12 or later`);
  }
}
