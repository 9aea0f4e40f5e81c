/**
 * Refuses a Node.js that is older than pg-boss needs: there, leases would not be renewed.
 *
 * @throws Error that names both versions.
 */
export function requireNode(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 12)) {
    throw new Error(`a server of long-running operations needs Node.js 22.12 or later, and this is ${version}`);
  }
}
