import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../checkout/paths.ts";

/** A question of `docs/analytics.md` with its query. */
export interface Question {
  /** For addresses: of the title's letters. */
  readonly id: string;
  readonly chapter: string;
  readonly title: string;
  /** What its figures are, without marks of Markdown. */
  readonly note: string;
  readonly language: "sql" | "graphql";
  readonly query: string;
}

const plain = (markdown: string): string => markdown.replaceAll(/[`*]/g, "").replaceAll(/\s+/g, " ").trim();
const idOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");

function questionOf(chapter: string, section: string): Question {
  const title = section.slice(0, section.indexOf("\n"));
  const blocks = [...section.matchAll(/^```(\w+)\n(.*?)^```/gms)];
  const [, language, query = ""] = blocks[0] ?? [];
  if (blocks.length !== 1 || (language !== "sql" && language !== "graphql"))
    throw new Error(`"${title}" has ${blocks.length} queries`);
  const note = plain(section.slice(title.length, section.indexOf("```")));
  return { id: idOf(title), chapter, title, note, language, query };
}

/** The questions of the page, each with the one query under its heading. */
export function questionsOfPage(): readonly Question[] {
  const [, ...chapters] = readFileSync(join(ROOT, "docs/analytics.md"), "utf8").split(/^## /m);
  return chapters.flatMap((text) => {
    const [chapter = "", ...sections] = text.split(/^### /m);
    return sections.map((section) => questionOf(chapter.trim(), section));
  });
}
