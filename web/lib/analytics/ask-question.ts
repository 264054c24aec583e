import { LloomError } from "@lloom/protocol/lloom-error";
import { settings } from "../env.ts";
import { boundedJson } from "../observer/bounded-json.ts";
import { answered, failed, type IndexReply, problemOf } from "../problem.ts";
import { list, record } from "../readers.ts";
import { type Question, variableNames } from "./question.ts";

/** A cell as the index gives it: amounts and large counts as text. */
export type Cell = string | number | boolean | null;

/** What the index says to a question. */
export interface Answer {
  /** Of which block all of it is; undefined while the index has none. */
  readonly block: string | undefined;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const TIMEOUT_MS = 30_000;
const MOST_BYTES = 8_000_000;

function cell(value: unknown): Cell {
  if (value === null || ["string", "number", "boolean"].includes(typeof value)) return value as Cell;
  throw new LloomError("INDEXER_ANSWER_INVALID", "A cell is no plain value.");
}

/** Rows of one form as a table. Throws LloomError INDEXER_ANSWER_INVALID. */
export function tableOf(rows: readonly unknown[], block: unknown): Answer {
  const columns = Object.keys(record(rows[0] ?? {}, "row"));
  const cells = rows.map((row) => columns.map((column) => cell(record(row, "row")[column])));
  return { block: typeof block === "string" && /^\d+$/.test(block) ? block : undefined, columns, rows: cells };
}

/** SQL in the address, GraphQL in the body: both are answered from one block. */
function requestOf({ language, query }: Question, values: readonly number[]): [string, RequestInit] {
  if (language === "sql") {
    const params = values.map((value) => ["param", String(value)]);
    return [`/sql/db?${new URLSearchParams([["sql", query], ...params])}`, {}];
  }
  const variables = Object.fromEntries(variableNames(query).map((name, index) => [name, values[index]]));
  const body = JSON.stringify({ query, variables });
  return ["/graphql", { method: "POST", headers: { "content-type": "application/json" }, body }];
}

function answerOf({ language }: Question, response: Response, body: unknown): Answer {
  const said = record(body, "body");
  if (language === "sql") return tableOf(list(said["rows"], "rows"), response.headers.get("x-lloom-block"));
  const [page] = Object.values(record(said["data"], "data"));
  const { number } = record(record(said["extensions"] ?? {}, "extensions")["snapshot"] ?? {}, "snapshot");
  return tableOf(list(record(page, "page")["items"], "items"), number);
}

/** Asks the index one of the questions; every way to fail comes back as a problem. */
export async function askQuestion(question: Question, values: readonly number[]): Promise<IndexReply<Answer>> {
  const { href, authorization } = settings().indexer;
  const [path, init] = requestOf(question, values);
  try {
    const response = await fetch(href.replace(/\/$/, "") + path, {
      ...init,
      headers: { ...init.headers, ...(authorization !== undefined && { authorization }) },
      ...{ cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) },
    });
    if (!response.ok) return failed(problemOf(isBusy(response) ? "INDEXER_BUSY" : "INDEXER_REFUSED"));
    return answered(answerOf(question, response, await boundedJson(response, MOST_BYTES)));
  } catch (cause) {
    if (cause instanceof LloomError) return failed(problemOf("INDEXER_ANSWER_INVALID"));
    const isLate = cause instanceof DOMException && cause.name === "TimeoutError";
    return failed(problemOf(isLate ? "INDEXER_TIMEOUT" : "INDEXER_UNREACHABLE"));
  }
}

const isBusy = ({ status }: Response): boolean => status === 503 || status === 429;
