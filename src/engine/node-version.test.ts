import { expect, test } from "vitest";
import { requireNode } from "./node-version.ts";

test.each(["22.12.0", "22.23.1", "24.0.0"])("Node.js %s can run a server", (version) => {
  requireNode(version);
});

test.each(["20.20.2", "22.11.0", "18.0.0"])("Node.js %s is rejected", (version) => {
  expect(() => requireNode(version)).toThrow(`Node.js ${version} is too old`);
});
