export type { Clock } from "../client/clock.ts";
export { type FakeClock, type FakeClockOptions, fakeClock } from "./fake-clock.ts";
export {
  type InMemoryOperations,
  type InMemoryOperationsOptions,
  inMemoryOperations,
  type OperationScript,
} from "./in-memory-operations.ts";
