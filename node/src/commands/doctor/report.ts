import { coloured } from "../colour.ts";
import { nameText } from "../terminal-text.ts";
import { counted } from "../words.ts";
import type { Finding, Level } from "./finding.ts";
import type { Checked } from "./run-checks.ts";

const MARKS: Readonly<Record<Level, string>> = {
  fine: coloured("green", "✓"),
  skipped: coloured("dim", "-"),
  warning: coloured("yellow", "!"),
  wrong: coloured("red", "✗"),
};
const NAME_WIDTH = 10;
const INDENT = NAME_WIDTH + 3;
/** Wider lines are harder to read. */
const MOST_COLUMNS = 120;

/** The lines of a check: its mark, its name, what was found, and below that the command that mends it. */
export function checkedLines({ check, findings }: Checked, columns: number | undefined): string[] {
  return findings.flatMap((finding, index) => {
    const [first = "", ...rest] = wrapped(nameText(finding.message), columns);
    const name = index === 0 ? check : "";
    const mend = mendOf(finding);
    return [
      `${MARKS[finding.level]} ${name.padEnd(NAME_WIDTH)} ${first}`,
      ...rest.map((line) => " ".repeat(INDENT) + line),
      ...(mend === undefined ? [] : [`${" ".repeat(INDENT)}${coloured("bold", mend)}`]),
    ];
  });
}

export const mendOf = (finding: Finding): string | undefined => ("mend" in finding ? finding.mend : undefined);

/** Words in lines of a terminal; in one line elsewhere. */
function wrapped(text: string, columns: number | undefined): string[] {
  if (columns === undefined) return [text];
  const width = Math.max(24, Math.min(columns, MOST_COLUMNS) - INDENT);
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** What all of it comes to. */
export function verdictOf(checked: readonly Checked[]): string {
  const count = (level: Level): number =>
    checked.flatMap(({ findings }) => findings).filter((finding) => finding.level === level).length;
  const [wrong, warnings] = [count("wrong"), count("warning")];
  if (wrong === 0 && warnings === 0) return "Nothing is wrong.";
  const warned = warnings === 0 ? "" : `${counted(warnings, "thing")} to look at`;
  if (wrong === 0) return `Nothing is wrong; ${warned}. The commands are above.`;
  const broken = `${wrong === 1 ? "1 thing is" : `${wrong} things are`} wrong`;
  return `${broken}${warned === "" ? "" : `, ${warned}`}. Each says the command that mends it.`;
}
