import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFailed } from "vitest";

const LINES = 40;

/** The ends of all logs of a network. */
export function lastWords(logDir: string): string {
  const names = readdirSync(logDir).filter((name) => name.endsWith(".log"));
  return names
    .map((name) => {
      const lines = readFileSync(join(logDir, name), "utf8").trimEnd().split("\n");
      return `── ${name}\n${lines.slice(-LINES).join("\n")}`;
    })
    .join("\n");
}

/** Should the test that is running fail, the network's logs say why, and so does what was told of it. */
export function tellIfFailed(logDir: string, told: readonly string[]): void {
  onTestFailed(() => console.error([...told, lastWords(logDir)].join("\n")));
}
