import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../checkout/paths.ts";

/** Commands of a page, in its order: every line of its `sh` blocks, whole where a backslash or a loop goes on, without comments. */
export function documentedCommands(page: string): string[] {
  const text = readFileSync(join(ROOT, "docs", page), "utf8");
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);
  return blocks
    .flatMap((block) => block.replaceAll(/\\\n\s*/g, "").match(/^for [\s\S]*?^done.*$|^.+$/gm) ?? [])
    .map((command) => command.replaceAll(/\s+#\s.*$/gm, "").trim())
    .filter((command) => command !== "");
}

/** Programs of a page of the checkout: its `ts` blocks, by the name that their first line has; one without stands as it is. */
export function documentedPrograms(page: string): ReadonlyMap<string, string> {
  const text = readFileSync(join(ROOT, page), "utf8");
  const blocks = [...text.matchAll(/^```ts\n(?:\/\/ (\S+\.ts)\n)?([\s\S]*?)^```$/gm)];
  return new Map(blocks.map(([, name, program = ""]) => [name ?? `${page.replace(/\W/g, "-")}.ts`, program]));
}
