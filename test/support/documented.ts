import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../checkout/paths.ts";

/** Commands of a page, in its order: every line of its `sh` blocks, whole where a backslash goes on, without comments. */
export function documentedCommands(page: string): string[] {
  const text = readFileSync(join(ROOT, "docs", page), "utf8");
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);
  return blocks
    .flatMap((block) => block.replaceAll(/\\\n\s*/g, "").split("\n"))
    .map((line) => line.replace(/\s+#\s.*$/, "").trim())
    .filter((line) => line !== "");
}
