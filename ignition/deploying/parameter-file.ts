import { readFileSync, statSync } from "node:fs";
import json5 from "json5";
import { ExplainedError } from "../../checkout/explained-error.ts";
import { decodeOutsideText } from "../../protocol/src/outside-text.ts";

/** A parameter file that nothing can be deployed with: what is wrong with it, and what to do. */
export class ParameterFileError extends ExplainedError {
  override readonly name = "ParameterFileError";
}

/** A parameter file as it is written: sections by the module's id, in them values by name. */
export type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const MOST_BYTES = 1_000_000;
const EXAMPLES = "Give a file such as those in ignition/parameters.";

/** Reads a parameter file. Throws a ParameterFileError that names the file, and where in it the mistake is. */
export const readSections = (file: string): Sections => parseSections(textOf(file), file);

/** Parses what a parameter file holds; `name` is what mistakes call it. */
export function parseSections(text: string, name: string): Sections {
  const value = parseJson5(text, name);
  if (!isObject(value))
    throw new ParameterFileError(
      `${name} holds no object.`,
      'It takes the form { Lloom: { unlockDelaySeconds: "86400n" } }.',
    );
  for (const [section, inner] of Object.entries(value))
    if (!isObject(inner))
      throw new ParameterFileError(
        `${name}: "${section}" is no section with parameters.`,
        'It takes the form { Lloom: { unlockDelaySeconds: "86400n" } }.',
      );
  return value as Sections;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function textOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) throw new ParameterFileError(`There is no file ${file}.`, EXAMPLES);
  if (!stats.isFile())
    throw new ParameterFileError(
      `${file} is ${stats.isDirectory() ? "a folder" : "no file"}, not a parameter file.`,
      EXAMPLES,
    );
  if (stats.size > MOST_BYTES)
    throw new ParameterFileError(`${file} has ${stats.size} bytes, too many for a parameter file.`, EXAMPLES);
  const { text, problem } = decodeOutsideText(bytesOf(file));
  if (problem === undefined) return text;
  throw new ParameterFileError(
    `${file} ${problem}.`,
    "Save it as UTF-8; in Windows PowerShell > writes UTF-16, and Out-File -Encoding utf8 does not.",
  );
}

function bytesOf(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ParameterFileError(`${file} cannot be read (${code}).`, "Let your account read it.", cause);
  }
}

/** JSON5's own errors know their place. */
interface Place {
  readonly lineNumber?: number;
  readonly columnNumber?: number;
}

function parseJson5(text: string, name: string): unknown {
  try {
    return json5.parse(text);
  } catch (cause) {
    const { lineNumber, columnNumber } = cause as Place;
    const what = (cause as Error).message.replace(/^JSON5: /, "").replace(/ at \d+:\d+$/, "");
    throw new ParameterFileError(
      `${name}, line ${lineNumber}, column ${columnNumber}: ${what}.`,
      "Correct what stands there or just before it: a comma, a quote or a bracket may be missing.",
      cause,
    );
  }
}
