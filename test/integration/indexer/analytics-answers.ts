import { DEMAND } from "./answers/demand.ts";
import { EARNING } from "./answers/earning.ts";
import { JUDGING } from "./answers/judging.ts";
import type { Answer } from "./answers/rows-of-logs.ts";
import { SETTLING } from "./answers/settling.ts";

/** What each question of `docs/analytics.md` comes to by the contracts' logs alone, by its heading. */
export const ANSWERS: Readonly<Record<string, Answer>> = { ...EARNING, ...DEMAND, ...SETTLING, ...JUDGING };
