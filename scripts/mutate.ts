// Mutation testing of the contracts, and of the TypeScript that money and safety rest on: npm run mutate
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { readFlags, refuse } from "../checkout/flags.ts";
import { ROOT } from "../checkout/paths.ts";
import { ForgeProject } from "./contracts/forge.ts";
import { digestOf, MutantResults } from "./contracts/mutant-results.ts";
import { IS_ACTIVE, type Mutant, Mutator } from "./contracts/mutants.ts";
import { parse } from "./contracts/syntax.ts";
import { Witnesses } from "./contracts/witnesses.ts";
import { SUBJECTS } from "./mutation/subjects.ts";
import { mutateTypeScript } from "./mutation/typescript.ts";

const LEAST = 0.97;
const LINE_EVERY = 25;
/** For all tests with one mutant; they take about a minute of one core. */
const TIMEOUT_MS = 8 * 60_000;
const USAGE = `usage: npm run mutate [-- OPTIONS]

Changes the contracts in small ways, one at a time, and looks whether their Solidity tests notice. Prints what nobody
noticed. Exits 1 if fewer than ${LEAST * 100} % were noticed, or if a survivor has no reason in test/contracts/survivors.json.

  --ts          changes the TypeScript of money and safety instead, and holds it against its tests; the reasons stand in
                test/mutation/typescript-survivors.json, and 90 % are enough
  --only TEXT   only files whose path contains the text; given several times, any of the texts. With --ts a subject's
                name does, too: ${SUBJECTS.map(({ name }) => name).join(", ")}
  --again       goes on where the last run was stopped, as long as no contract and none of their tests changed since; with --ts
                keeps what was noticed where neither the code nor the tests that reach it changed (what both import may
                have), and examines again what survived. .mutants/ holds the results
  --survivors   goes on likewise, and examines again what survived, after more tests were written: what others noticed stays
                noticed, as long as no contract changed
  --workers N   so many mutants at a time; as many as there are cores unless given
  --json        print one JSON line at the end`;

/** Interfaces have no code; the test token guards nothing of value. */
const SKIPPED = /^contracts\/(.*\/I[A-Z]\w*\.sol$|token\/)/;
/** They measure gas, which code full of mutants uses more of. */
const WITHOUT_GAS = ["--no-match-test", "BondPaysForTheReveal"];
const SURVIVORS = "test/contracts/survivors.json";
const RESULTS = join(ROOT, ".mutants/contracts.jsonl");
/** What the compiler made of all mutants: minutes of work. */
const COMPILED = join(ROOT, ".mutants/compiled");
const MUTANT = "LLOOM_MUTANT";
const MUTANT_FILE = "contracts/Mutants.sol";
/** The active mutant's number is the last word of the code: appended to what a constructor gets and to what it leaves. */
const MUTANT_SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;
function ${IS_ACTIVE}(uint256 id) pure returns (bool active) {
    assembly ("memory-safe") {
        codecopy(0, sub(codesize(), 0x20), 0x20)
        active := eq(mload(0), id)
    }
}
`;
const DEPLOY = "function deploy(string memory artifact, bytes memory arguments) internal returns (address deployed) {";
const DEPLOY_MUTANT = `${DEPLOY}
        bytes32 id = bytes32(vm.envUint("${MUTANT}"));
        deployed = deployPlain(artifact, bytes.concat(arguments, id));
        if (deployed.code.length != 0) vm.etch(deployed, bytes.concat(deployed.code, id));
    }
    ${DEPLOY.replace("deploy(", "deployPlain(")}`;

const survivorsSchema = z.array(z.object({ path: z.string(), from: z.string(), to: z.string(), reason: z.string() }));

/** Digest of a folder's sources, before anything is changed in them. */
const digestIn = (project: ForgeProject, folder: string): string =>
  digestOf(new Map(project.sources(folder).map((path) => [path, readFileSync(join(project.dir, path))])));

/** Writes all mutants into the project's contracts. */
function plant(project: ForgeProject, only: readonly string[]): Mutant[] {
  const wanted = (path: string): boolean => !SKIPPED.test(path) && only.some((text) => path.includes(text));
  const paths = project.sources("contracts").filter(wanted);
  const trees = parse(project.dir, paths);
  const mutants: Mutant[] = [];
  for (const [path, tree] of trees) {
    const mutator = new Mutator(
      path,
      readFileSync(join(project.dir, path)),
      () => mutants.length + mutator.mutants.length + 1,
    );
    const text = inlined(mutator.rewrite(tree));
    mutants.push(...mutator.mutants);
    const target = relative(dirname(path), MUTANT_FILE);
    const imported = `import {${IS_ACTIVE}} from "${target.startsWith(".") ? target : `./${target}`}";`;
    writeFileSync(
      join(project.dir, path),
      text.replace(/^pragma [^;]+;$/m, (pragma) => `${pragma} ${imported}`),
    );
  }
  writeFileSync(join(project.dir, MUTANT_FILE), MUTANT_SOURCE);
  edit(project, "test/contracts/support/Market.sol", DEPLOY, DEPLOY_MUTANT);
  const cheat = "function addr(uint256 privateKey)";
  edit(
    project,
    "test/contracts/support/Vm.sol",
    cheat,
    `function envUint(string calldata name) external view returns (uint256);\n    ${cheat}`,
  );
  return mutants;
}

/** A linked library would ask its own code which mutant is active, where no number stands: it becomes a part of who calls it. */
const inlined = (text: string): string =>
  /^library /m.test(text) ? text.replaceAll(/\) external\b/g, ") internal") : text;

function edit(project: ForgeProject, path: string, from: string, to: string): void {
  const file = join(project.dir, path);
  const text = readFileSync(file, "utf8");
  if (!text.includes(from)) throw new Error(`${path} has no "${from}"; this runner has to learn its new shape.`);
  writeFileSync(file, text.replace(from, to));
}

/** Whether some test fails with the mutant: those that noticed its neighbours first, the invariants, which take longest, last. */
async function isKilled(project: ForgeProject, { id, path }: Mutant, witnesses: Witnesses): Promise<boolean> {
  const likely = witnesses.of(path);
  const slow = "TypeHashes|Invariant";
  const selections = [
    ...(likely === undefined ? [] : [["--match-contract", likely]]),
    ["--no-match-contract", likely === undefined ? slow : `${slow}|${likely}`],
    ["--match-contract", "Invariant"],
  ];
  for (const selection of selections) {
    const { ok, timedOut, output } = await project.run(
      ["test", "--fail-fast", ...WITHOUT_GAS, ...selection],
      { [MUTANT]: String(id) },
      TIMEOUT_MS,
    );
    if (ok) continue;
    // A loop that a mutant made endless is noticed, too.
    if (!timedOut && !witnesses.learn(path, output)) throw new Error(`${output}\nforge failed, but none of the tests.`);
    return true;
  }
  return false;
}

interface Examining {
  readonly results: MutantResults;
  readonly workers: number;
}

async function examine(
  project: ForgeProject,
  mutants: readonly Mutant[],
  { results, workers }: Examining,
): Promise<Mutant[]> {
  const survivors: Mutant[] = [];
  const witnesses = new Witnesses();
  const queue = mutants.values();
  let done = 0;
  using projects = new DisposableStack();
  const worker = async (_: unknown, index: number): Promise<void> => {
    const own = index === 0 ? project : projects.use(project.copy());
    for (const mutant of queue) {
      const isNoticed = results.of(mutant) ?? (await isKilled(own, mutant, witnesses));
      if (results.of(mutant) === undefined) results.note(mutant, isNoticed);
      if (!isNoticed) {
        survivors.push(mutant);
        say(`survives: ${mutant.path}:${mutant.line}  ${mutant.from}  →  ${mutant.to}`);
      }
      tell(++done, mutants.length, survivors.length);
    }
  };
  await Promise.all(Array.from({ length: workers }).map(worker));
  return survivors.sort((a, b) => a.id - b.id);
}

/** A line that stays, above the moving one. */
function say(line: string): void {
  console.error(process.stderr.isTTY ? `\r\x1b[K${line}` : line);
}

/** One moving line on a terminal, now and then a line elsewhere. */
function tell(done: number, all: number, survive: number): void {
  const text = `${done} of ${all} examined, ${survive} survive`;
  if (process.stderr.isTTY) process.stderr.write(`\r${text}${done === all ? "\n" : ""}`);
  else if (done % LINE_EVERY === 0 || done === all) console.error(text);
}

function report(mutants: readonly Mutant[], survivors: readonly Mutant[], json: boolean): number {
  const known = survivorsSchema.parse(JSON.parse(readFileSync(join(ROOT, SURVIVORS), "utf8")));
  const reasonOf = (mutant: Mutant): string | undefined =>
    known.find(({ path, from, to }) => path === mutant.path && from === mutant.from && to === mutant.to)?.reason;
  for (const mutant of survivors)
    console.log(
      `${mutant.path}:${mutant.line}\n  ${mutant.from}\n  → ${mutant.to}\n  ${reasonOf(mutant) ?? "no reason known: write a test or a reason"}`,
    );
  const killed = mutants.length - survivors.length;
  const unexplained = survivors.filter((mutant) => reasonOf(mutant) === undefined).length;
  const share = killed / mutants.length;
  console.log(
    `${killed} of ${mutants.length} mutants noticed (${(share * 100).toFixed(1)} %), ${unexplained} survivors without a reason`,
  );
  if (json) console.log(JSON.stringify({ mutants: mutants.length, killed, unexplained }));
  return share >= LEAST && unexplained === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const options = {
    only: { type: "string", multiple: true },
    json: { type: "boolean", default: false },
    ts: { type: "boolean", default: false },
    again: { type: "boolean", default: false },
    survivors: { type: "boolean", default: false },
    workers: { type: "string" },
  } as const;
  const { values } = readFlags({ usage: USAGE, config: { options } });
  const workers = values.workers === undefined ? undefined : Number(values.workers);
  if (workers !== undefined && !(Number.isInteger(workers) && workers > 0))
    refuse(`--workers takes a number from 1, not "${values.workers}".`, USAGE);
  if (values.ts) return mutateTypeScript({ only: values.only ?? [], again: values.again, workers, json: values.json });
  const only = values.only ?? [""];
  const goesOn = values.again || values.survivors;
  if (!goesOn) rmSync(COMPILED, { recursive: true, force: true });
  using project = new ForgeProject(COMPILED);
  const results = new MutantResults(RESULTS, {
    contracts: digestIn(project, "contracts"),
    tests: digestIn(project, "test/contracts"),
    keep: values.survivors ? "noticed" : goesOn ? "all" : "nothing",
  });
  const mutants = plant(project, only);
  if (mutants.length === 0) {
    console.error(`No contract's path contains "${only.join('" or "')}".`);
    return 2;
  }
  console.error(`${mutants.length} mutants; compiling all of them at once …`);
  await project.build();
  const healthy = await project.run(["test", ...WITHOUT_GAS, "--no-match-contract", "TypeHashes"], {
    [MUTANT]: "0",
  });
  if (!healthy.ok) {
    const problem = healthy.timedOut
      ? "Testing takes longer than the limit; leave the machine alone."
      : "The tests fail without any mutant.";
    console.error(`${healthy.output}\n${problem}`);
    return 1;
  }
  const survivors = await examine(project, mutants, { results, workers: workers ?? availableParallelism() });
  return report(mutants, survivors, values.json);
}

process.exitCode = await main();
