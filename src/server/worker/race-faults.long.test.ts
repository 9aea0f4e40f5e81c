// The same tests, with more rounds.
import "./race-faults.test.ts";
