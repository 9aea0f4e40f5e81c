// The same test, also with older versions of TypeScript.
import "./programs.test.ts";
