// The same tests, with every compiler.
import "./package-types.test.ts";
