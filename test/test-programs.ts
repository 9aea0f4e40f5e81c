import { afterEach } from "vitest";
import { type Program, type ProgramOptions, startProgram } from "./program.ts";

/** Returns `startProgram` for the tests of a file or a `describe`. Each program is killed after its test. */
export function testPrograms(): <Message>(path: string, options?: ProgramOptions) => Program<Message> {
  const started: Program[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((program) => program.kill()));
  });
  return <Message>(path: string, options?: ProgramOptions) => {
    const program = startProgram<Message>(path, options);
    started.push(program);
    return program;
  };
}
