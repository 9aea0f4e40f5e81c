// The same, with leases that pass by themselves.
import "./crash-faults.test.ts";
