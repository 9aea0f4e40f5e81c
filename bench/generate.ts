/*
 * Compares the plugin with other programs that read the same requests, on googleapis in one run: `npm run
 * bench:generate`.
 *
 * The programs take turns, so that other load on the machine affects all of them equally.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { encodeRequest, googleapis, longRunningDirectories, type ProtoFile, sources } from "../test/googleapis.ts";
import { root } from "../test/repository.ts";
import { type Measurement, measure, medianOf } from "./measure.ts";
import { syntheticRequest } from "./synthetic-request.ts";

/** The arguments of each program, by its printed name. */
const programs = {
  "bare node": ["--eval", "0"],
  "plain scan": ["bench/plain-scan.cjs"],
  "protoc-gen-ts-lro": ["dist/bin/protoc-gen-ts-lro.cjs"],
  "do-nothing plugin": ["bench/do-nothing-plugin.cjs"],
  "protoc-gen-es": ["node_modules/@bufbuild/protoc-gen-es/bin/protoc-gen-es"],
};
type Program = keyof typeof programs;

interface Case {
  readonly title: string;
  readonly toGenerate: readonly ProtoFile[];
  /** Upper limits for the time of the plugin, relative to that of other programs. */
  readonly ratios: Partial<Record<Program, number>>;
  /** Upper limit for the peak memory of the plugin, in MB. */
  readonly megabytes?: number;
  /** Programs that run fewer times than the others, because they are slow. */
  readonly runs?: Partial<Record<Program, number>>;
  readonly sourceFileDescriptors?: boolean;
}

const { values: args } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const rounds = Number(args.rounds);
const files = await googleapis();
const cases: Case[] = [
  {
    title: "(a) google/cloud/redis/v1",
    toGenerate: sources(files).filter(({ directory }) => directory === "google/cloud/redis/v1"),
    ratios: { "bare node": 2.2, "protoc-gen-es": 0.4 },
  },
  {
    title: "(b) the directories with long-running methods",
    toGenerate: [...longRunningDirectories(files).values()].flat(),
    ratios: { "do-nothing plugin": 0.2, "protoc-gen-es": 0.05 },
  },
  {
    title: "(c) all of googleapis",
    toGenerate: sources(files),
    ratios: { "do-nothing plugin": 0.15 },
    megabytes: 200,
    runs: { "protoc-gen-es": 1 },
  },
  {
    title: "(d) all of googleapis, with the files to generate twice in the request, as buf sends them",
    toGenerate: sources(files),
    ratios: {},
    runs: { "protoc-gen-es": 0 },
    sourceFileDescriptors: true,
  },
];

const directory = mkdtempSync(join(tmpdir(), "bench-generate-"));
process.chdir(root);
try {
  console.log(
    `node ${process.version}, medians of ${rounds} runs; memory is the peak of the resident set;`,
    `${availableParallelism()} cores, load average ${loadavg()[0]?.toFixed(1)} before the run`,
  );
  for (const one of cases) {
    report(one, await run(one));
  }
  await reportGrowth();
} finally {
  rmSync(directory, { recursive: true });
}

async function run({
  title,
  toGenerate,
  runs = {},
  sourceFileDescriptors = false,
}: Case): Promise<Map<Program, Measurement[]>> {
  const input = join(directory, "request.binpb");
  const request = encodeRequest(toGenerate, files, "target=ts", { sourceFileDescriptors });
  writeFileSync(input, request);
  console.log(`\n${title}: ${toGenerate.length} files to generate, ${megabytes(request.length)} on stdin`);
  const taken = new Map<Program, Measurement[]>();
  for (let round = 0; round < rounds; round++) {
    for (const [program, args] of Object.entries(programs) as [Program, string[]][]) {
      if (round < (runs[program] ?? rounds)) {
        taken.set(program, [...(taken.get(program) ?? []), await measure(args, input)]);
      }
    }
  }
  return taken;
}

function report({ ratios, megabytes: mostMegabytes }: Case, taken: ReadonlyMap<Program, readonly Measurement[]>): void {
  const medians = new Map([...taken].map(([program, runs]) => [program, medianOf(runs)]));
  const of = (program: Program): Measurement => medians.get(program) ?? { wallMs: Number.NaN, peakBytes: Number.NaN };
  const ours = of("protoc-gen-ts-lro");

  for (const [program, { wallMs, peakBytes }] of medians) {
    const count = taken.get(program)?.length ?? 0;
    const ratio = `${(ours.wallMs / wallMs).toFixed(2)}x`;
    console.log(
      [
        `  ${program.padEnd(18)}`,
        `${wallMs.toFixed(0)} ms`.padStart(9),
        megabytes(peakBytes).padStart(9),
        program === "protoc-gen-ts-lro" ? "" : `   ours takes ${ratio} of this`,
        count < rounds ? ` (${count} run)` : "",
      ].join(""),
    );
  }
  for (const [program, most] of Object.entries(ratios) as [Program, number][]) {
    const ratio = ours.wallMs / of(program).wallMs;
    console.log(`  ${met(ratio <= most)}: ${ratio.toFixed(3)}x of ${program}, limit ${most}x`);
  }
  if (mostMegabytes !== undefined) {
    console.log(
      `  ${met(ours.peakBytes <= mostMegabytes * 1e6)}: ${megabytes(ours.peakBytes)}, limit ${mostMegabytes} MB`,
    );
  }
}

/**
 * Measures the plugin on requests of different sizes: time and memory must grow at most linearly with the number of
 * files.
 */
async function reportGrowth(): Promise<void> {
  const requests = {
    "5,000 files": syntheticRequest(5_000, false, files),
    "20,000 files": syntheticRequest(20_000, false, files),
    "50,000 files": syntheticRequest(50_000, false, files),
    "5,000 files in a chain of imports": syntheticRequest(5_000, true, files),
  };
  const limits: Readonly<Record<string, number>> = { "50,000 files": 12, "5,000 files in a chain of imports": 3 };
  console.log("\n(e) files with one long-running method each");
  const taken = new Map<string, Measurement[]>();
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    for (const [title, request] of Object.entries(requests)) {
      const input = join(directory, "request.binpb");
      writeFileSync(input, request);
      taken.set(title, [...(taken.get(title) ?? []), await measure(programs["protoc-gen-ts-lro"], input)]);
    }
  }
  const base = medianOf(taken.get("5,000 files") ?? []);
  for (const [title, runs] of taken) {
    const { wallMs, peakBytes } = medianOf(runs);
    const ratio = wallMs / base.wallMs;
    const limit = limits[title];
    const judged = limit === undefined ? "" : `; ${met(ratio <= limit)}, limit ${limit}x`;
    console.log(`  ${title}: ${wallMs.toFixed(0)} ms, ${megabytes(peakBytes)}, ${ratio.toFixed(1)}x${judged}`);
  }
}

function met(isMet: boolean): string {
  return isMet ? "met" : "NOT MET";
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
