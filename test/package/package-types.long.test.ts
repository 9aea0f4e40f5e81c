// The same, under every compiler.
import "./package-types.test.ts";
