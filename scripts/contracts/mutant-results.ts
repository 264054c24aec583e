import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import type { Mutant } from "./mutants.ts";

const lineSchema = z.object({ mutant: z.string(), isKilled: z.boolean() });

/** Digest of sources by path and text: what was found with others is worth nothing. */
export function digestOf(sources: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash("sha256");
  for (const [path, text] of [...sources].sort(([one], [other]) => (one < other ? -1 : 1)))
    hash.update(`${path}\0${text.length}\0`).update(text);
  return hash.digest("hex");
}

export interface ResultsOptions {
  /** Digests of the sources that are held against each other. */
  readonly contracts: string;
  readonly tests: string;
  /** What of the file still counts: nothing; all, of the same contracts and tests; what some test noticed, of the same contracts. */
  readonly keep: "nothing" | "all" | "noticed";
}

/** What became of each mutant, on disk as soon as it is known: a run takes hours, and goes on where one was stopped. */
export class MutantResults {
  readonly #file: string;
  readonly #known = new Map<string, boolean>();

  constructor(file: string, { contracts, tests, keep }: ResultsOptions) {
    this.#file = file;
    const [first, ...lines] = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
    const [ofContracts, ofTests] = first?.split(" ") ?? [];
    const counts = ofContracts === contracts && (keep === "noticed" || (keep === "all" && ofTests === tests));
    const found = counts ? lines.map((line) => lineSchema.parse(JSON.parse(line))) : [];
    const kept = found.filter(({ isKilled }) => isKilled || keep === "all");
    for (const { mutant, isKilled } of kept) this.#known.set(mutant, isKilled);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, [`${contracts} ${tests}\n`, ...kept.map(lineOf)].join(""));
  }

  /** Whether a test noticed it; undefined if that is not known yet. */
  of(mutant: Mutant): boolean | undefined {
    return this.#known.get(nameOf(mutant));
  }

  note(mutant: Mutant, isKilled: boolean): void {
    const result = { mutant: nameOf(mutant), isKilled };
    this.#known.set(result.mutant, isKilled);
    appendFileSync(this.#file, lineOf(result));
  }
}

const lineOf = (result: z.infer<typeof lineSchema>): string => `${JSON.stringify(result)}\n`;
/** Its number depends on which files were asked for; its place does not. */
const nameOf = ({ path, place, from, to }: Mutant): string => `${path}:${place} ${from} → ${to}`;
