import { DAY_SECONDS } from "../indexer/query-parts.ts";
import { oneParam, type SearchParams } from "../list-query.ts";
import { QUESTIONS } from "./generated/questions.ts";

/** A question of docs/analytics.md. */
export interface Question {
  readonly id: string;
  readonly chapter: string;
  readonly title: string;
  readonly note: string;
  readonly language: "sql" | "graphql";
  readonly query: string;
}

/** What a question leaves open, and what it is where nobody says. */
export interface Given {
  /** In the address: `p1`. */
  readonly name: string;
  readonly label: string;
  /** Unix seconds, or seconds of a length of time. */
  readonly value: number;
  /** As a visitor writes it. */
  readonly text: string;
}

/** The question with this name in an address. */
export const questionNamed = (id: string): Question | undefined => QUESTIONS.find((one) => one.id === id);

/** Questions by their chapters, as docs/analytics.md has them. */
export const chapters = (): readonly (readonly [string, readonly Question[]])[] => [
  ...Map.groupBy<string, Question>(QUESTIONS, ({ chapter }) => chapter),
];

/** Names of the variables of a query in GraphQL, in their order. */
export const variableNames = (query: string): readonly string[] =>
  [...query.matchAll(/\$(\w+): /g)].map(([, name = ""]) => name);

const WIDTHS: Readonly<Record<string, number>> = { days: DAY_SECONDS, weeks: 7 * DAY_SECONDS };
const MONTH_DAYS = 30;
const LATEST = 253_402_300_799;

const dateOf = (seconds: number): string => new Date(seconds * 1_000).toISOString().slice(0, 10);

/** A day, `2026-03-01`, or Unix seconds; undefined for anything else. */
function timeOf(text: string): number | undefined {
  if (/^\d{1,12}$/.test(text)) return Number(text) <= LATEST ? Number(text) : undefined;
  const milliseconds = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds / 1_000);
}

const time = (name: string, label: string, asked: string | undefined, fallback: number): Given => {
  const value = (asked === undefined ? undefined : timeOf(asked)) ?? fallback;
  return { name, label, value, text: value % DAY_SECONDS === 0 ? dateOf(value) : String(value) };
};

/** What a question is asked with: by its address, else of the last thirty days, or of the next for what is due. `now`: Unix seconds. */
export function givenOf({ language, query, note }: Question, asked: SearchParams, now: number): readonly Given[] {
  const count = language === "sql" ? new Set(query.match(/\$\d/g)).size : variableNames(query).length;
  const [first, second] = [oneParam(asked, "p1"), oneParam(asked, "p2")];
  if (count === 0) return [];
  if (note.includes("86400 for days")) {
    const word = Object.hasOwn(WIDTHS, first ?? "") ? (first ?? "days") : "days";
    return [{ name: "p1", label: "By days or weeks ($1)", value: WIDTHS[word] ?? DAY_SECONDS, text: word }];
  }
  const today = Math.floor(now / DAY_SECONDS) * DAY_SECONDS;
  const tomorrow = today + DAY_SECONDS;
  if (count === 1) return [time("p1", "Until ($1)", first, tomorrow)];
  const [from, to] =
    language === "graphql"
      ? [today, today + MONTH_DAYS * DAY_SECONDS]
      : [tomorrow - MONTH_DAYS * DAY_SECONDS, tomorrow];
  const [one, two] = language === "graphql" ? variableNames(query) : ["1", "2"];
  return [time("p1", `From ($${one})`, first, from), time("p2", `Before ($${two})`, second, to)];
}
