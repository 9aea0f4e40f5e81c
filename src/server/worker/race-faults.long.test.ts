// The same, more often.
import "./race-faults.test.ts";
