export type { Clock } from "../client/clock.js";
export { type FakeClock, type FakeClockOptions, fakeClock } from "./fake-clock.js";
export {
  type InMemoryOperations,
  type InMemoryOperationsOptions,
  inMemoryOperations,
  type OperationScript,
} from "./in-memory-operations.js";
