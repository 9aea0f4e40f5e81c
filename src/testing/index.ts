export type { Clock } from "../client/clock.ts";
export { createFakeClock, type FakeClock, type FakeClockOptions } from "./fake-clock.ts";
export {
  createInMemoryOperations,
  type InMemoryOperations,
  type InMemoryOperationsOptions,
  type OperationScript,
} from "./in-memory-operations.ts";
export {
  createTestOperation,
  type TestOperation,
  type TestOperationOptions,
  type TestQuery,
} from "./test-operation.ts";
