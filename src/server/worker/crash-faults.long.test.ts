// The same tests, with leases that really expire.
import "./crash-faults.test.ts";
