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

/** What became of each mutant, on disk as soon as it is known: a run takes hours, and goes on where one was stopped. */
export class MutantResults {
  readonly #file: string;
  readonly #known = new Map<string, boolean>();

  /** Of these sources; what the file holds of others, or of a run that is not to be gone on with, is forgotten. */
  constructor(file: string, { digest, goesOn }: { readonly digest: string; readonly goesOn: boolean }) {
    this.#file = file;
    const [first, ...lines] = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
    if (goesOn && first === digest) {
      for (const line of lines) {
        const { mutant, isKilled } = lineSchema.parse(JSON.parse(line));
        this.#known.set(mutant, isKilled);
      }
      return;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${digest}\n`);
  }

  /** Whether a test noticed it; undefined if that is not known yet. */
  of(mutant: Mutant): boolean | undefined {
    return this.#known.get(nameOf(mutant));
  }

  note(mutant: Mutant, isKilled: boolean): void {
    this.#known.set(nameOf(mutant), isKilled);
    appendFileSync(this.#file, `${JSON.stringify({ mutant: nameOf(mutant), isKilled })}\n`);
  }
}

/** Its number depends on which files were asked for; its place does not. */
const nameOf = ({ path, place, from, to }: Mutant): string => `${path}:${place} ${from} → ${to}`;
