import { literal } from "../contracts/literal.ts";
import { questionsOfPage } from "./questions-of-page.ts";

/** The questions of `docs/analytics.md` as the explorer has them. */
export const questionsFile = (): string =>
  `// Made by scripts/generate.ts from docs/analytics.md. Do not edit.\n\n/** Questions that analysts have, each with its query. */\nexport const QUESTIONS = ${literal(
    questionsOfPage().map((question) => ({ ...question })),
    "",
    0,
  )} as const;\n`;
