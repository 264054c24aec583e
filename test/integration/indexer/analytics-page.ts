import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../checkout/paths.ts";

/** A question of `docs/analytics.md` with its query. */
export interface Question {
  readonly title: string;
  readonly language: "sql" | "graphql";
  readonly query: string;
}

/** The questions of the page, each with the one query under its heading. */
export function questionsOfPage(): readonly Question[] {
  const [, ...sections] = readFileSync(join(ROOT, "docs/analytics.md"), "utf8").split(/^### /m);
  return sections.map((section) => {
    const title = section.slice(0, section.indexOf("\n"));
    const blocks = [...section.matchAll(/^```(\w+)\n(.*?)^```/gms)];
    const [, language, query = ""] = blocks[0] ?? [];
    if (blocks.length !== 1 || (language !== "sql" && language !== "graphql"))
      throw new Error(`"${title}" has ${blocks.length} queries`);
    return { title, language, query };
  });
}
