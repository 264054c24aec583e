import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "@lloom/protocol/zod";
import { LloomError } from "../../errors.ts";
import type { HonestFigures } from "./conclude.ts";

const figure = z.number().min(0);
const lineSchema = z.tuple([z.string(), z.int().min(0), figure, figure, figure]);

/**
 * What was measured so far, a line for each canary behind a first line that says of what, so that an interrupted calibration goes
 * on where it was. A line that a crash cut off is measured again.
 */
export class MeasuredFile {
  readonly #path: string;
  readonly #known = new Map<string, HonestFigures>();

  /** Begins a file for this subject, or goes on with it. Throws CONFIG_INVALID for the file of another subject. */
  constructor(path: string, subject: string) {
    this.#path = path;
    if (!existsSync(path)) writeFileSync(path, `${subject}\n`);
    const [head, ...lines] = readFileSync(path, "utf8").split("\n");
    if (head !== subject)
      throw new LloomError("CONFIG_INVALID", `${path} is of another calibration.`, {
        next: "Delete it, or give --out another name.",
      });
    for (const line of lines) this.#read(line);
    // What was cut off must not run into the next line.
    if (lines.at(-1) !== "") appendFileSync(path, "\n");
  }

  get(configuration: string, index: number): HonestFigures | undefined {
    return this.#known.get(`${configuration} ${index}`);
  }

  add(configuration: string, index: number, figures: HonestFigures): void {
    const { distance, leadShift, gap } = figures;
    appendFileSync(this.#path, `${JSON.stringify([configuration, index, distance, leadShift, gap])}\n`);
    this.#known.set(`${configuration} ${index}`, figures);
  }

  #read(line: string): void {
    try {
      const [configuration, index, distance, leadShift, gap] = lineSchema.parse(JSON.parse(line));
      this.#known.set(`${configuration} ${index}`, { distance, leadShift, gap });
    } catch {}
  }
}
