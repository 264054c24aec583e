import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import type { Stryker } from "@stryker-mutator/core";
import { z } from "zod";
import { ROOT } from "../../checkout/paths.ts";

const LEAST = 0.9;
const REASONS = "test/mutation/typescript-survivors.json";
const reasonsSchema = z.array(z.object({ path: z.string(), from: z.string(), to: z.string(), reason: z.string() }));

export type MutantResult = Awaited<ReturnType<Stryker["runMutationTest"]>>[number];

/** What became of a subject's mutants. */
export interface SubjectResults {
  readonly subject: string;
  readonly results: readonly MutantResult[];
  /** Text of each file by its path, as it was mutated: somebody may go on working meanwhile. */
  readonly sources: ReadonlyMap<string, string>;
  readonly minutes: number;
}

/** A change of the code that no test noticed. */
interface Survivor {
  readonly path: string;
  readonly line: number;
  readonly from: string;
  readonly to: string;
}

const NOTICED: ReadonlySet<string> = new Set(["Killed", "Timeout", "RuntimeError", "CompileError"]);
/** Neither noticed nor missed. */
const UNCOUNTED: ReadonlySet<string> = new Set(["Ignored", "Pending"]);

/** Collects the results of subjects, and tells at the end what nobody noticed. */
export class Report {
  readonly #reasons = reasonsSchema.parse(JSON.parse(readFileSync(join(ROOT, REASONS), "utf8")));
  readonly #counted: MutantResult[] = [];
  readonly #lines: string[] = [];
  #unexplained = 0;
  #minutes = 0;
  #isWhole = true;

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  /** Prints the survivors of a subject with the reasons that are known, and those that only time noticed, to be judged. */
  add({ subject, results, sources, minutes }: SubjectResults): void {
    const counted = results.filter(({ status }) => !UNCOUNTED.has(status));
    for (const mutant of counted.filter(({ status }) => !NOTICED.has(status))) {
      const { path, line, from, to } = survivorOf(mutant, sources);
      const reason = this.#reasons.find((one) => one.path === path && one.from === from && one.to === to)?.reason;
      if (reason === undefined) this.#unexplained++;
      console.log(`${path}:${line}\n  ${from}\n  → ${to}\n  ${reason ?? "no reason known: write a test or a reason"}`);
    }
    for (const mutant of counted.filter(isLate)) {
      const { path, line, from, to } = survivorOf(mutant, sources);
      console.log(`ended by the clock, which may be wrong: ${path}:${line}  ${from}  →  ${to}`);
    }
    this.#counted.push(...counted);
    this.#minutes += minutes;
    this.#lines.push(`${subject}: ${shareOf(counted)}, in ${minutes.toFixed(1)} minutes`);
  }

  /** Notes a subject whose mutants could not be examined, as when its tests fail without any. */
  miss(subject: string, thrown: unknown): void {
    this.#isWhole = false;
    this.#lines.push(`${subject}: not examined: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }

  /** Prints the figures. Returns the exit code: 1 if fewer than 90 % were noticed, a survivor has no reason, or a subject is missing. */
  conclude({ json }: { readonly json: boolean }): number {
    const [counted, unexplained] = [this.#counted, this.#unexplained];
    for (const line of this.#lines) console.log(line);
    const time = `${this.#minutes.toFixed(1)} minutes on ${availableParallelism()} cores`;
    console.log(`all: ${shareOf(counted)}, in ${time}; ${unexplained} survivors without a reason`);
    const killed = counted.filter(({ status }) => NOTICED.has(status)).length;
    if (json) console.log(JSON.stringify({ mutants: counted.length, killed, unexplained }));
    return this.#isWhole && killed >= LEAST * counted.length && unexplained === 0 ? 0 : 1;
  }
}

/** Out of time, without a loop that was seen to turn for ever. */
const isLate = ({ status, statusReason = "" }: MutantResult): boolean =>
  status === "Timeout" && !statusReason.startsWith("Hit limit");

function shareOf(mutants: readonly MutantResult[]): string {
  const noticed = mutants.filter(({ status }) => NOTICED.has(status)).length;
  const late = mutants.filter(isLate).length;
  const share = ((100 * noticed) / Math.max(1, mutants.length)).toFixed(1);
  return `${noticed} of ${mutants.length} mutants noticed (${share} %), ${late} of them by the clock alone`;
}

/** A file's path as this repository writes it. */
export const pathOf = (fileName: string): string => relative(ROOT, fileName).replaceAll("\\", "/");

function survivorOf(
  { fileName, location, replacement = "" }: MutantResult,
  sources: SubjectResults["sources"],
): Survivor {
  const path = pathOf(fileName);
  const lines = (sources.get(path) ?? "").split("\n");
  const { start, end } = location;
  const taken = lines.slice(start.line - 1, end.line);
  taken[taken.length - 1] = (taken.at(-1) ?? "").slice(0, end.column - 1);
  taken[0] = (taken[0] ?? "").slice(start.column - 1);
  const flat = (text: string): string => text.replace(/\s+/g, " ").trim();
  return { path, line: start.line, from: flat(taken.join("\n")), to: flat(replacement) };
}
