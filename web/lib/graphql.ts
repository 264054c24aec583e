import { settings } from "./env.ts";
import { type Answer, answered, failed, type Problem } from "./problem.ts";
import { readRowOrNull, record, selection, TOKEN, UnexpectedShape } from "./rows.ts";
import { rememberToken } from "./token.ts";

/** Longest that a page waits for the indexer before it says so. */
const TIMEOUT_MS = 8_000;
const MAX_REASON_LENGTH = 200;

/** A GraphQL question. */
export interface Question {
  /** Declarations of the variables: `$id: String!`. */
  readonly takes?: string;
  /** What is asked. */
  readonly fields: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Asked along with everything: how amounts are written. */
const TOKEN_FIELD = `token: network(id: "lloom") { ${selection(TOKEN)} }`;

type Data = Readonly<Record<string, unknown>>;

/** What the operating system said, under the sentence that fetch puts over it: `ECONNREFUSED`. */
function causeOf(thrown: unknown): string {
  const inner = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  if (!(inner instanceof Error)) return String(inner);
  return "code" in inner && typeof inner.code === "string" ? inner.code : inner.message;
}

function transportProblem(url: string, cause: unknown): Problem {
  if (cause instanceof SyntaxError) {
    return { code: "INDEXER_ANSWER_INVALID", retryable: false, url, reason: "it is not JSON." };
  }
  const timedOut = cause instanceof DOMException && cause.name === "TimeoutError";
  return timedOut
    ? { code: "INDEXER_TIMEOUT", retryable: true, url, timeoutMs: TIMEOUT_MS }
    : { code: "INDEXER_UNREACHABLE", retryable: true, url, cause: causeOf(cause) };
}

/** The first sentence that the indexer gave with its refusal, cut to a length that fits on a page. */
function refusalOf(errors: unknown): string {
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  const message = record(first ?? {}, "errors[0]")["message"];
  return typeof message === "string" ? message.slice(0, MAX_REASON_LENGTH) : "no reason given.";
}

async function post(url: string, { takes, fields, variables = {} }: Question): Promise<Response> {
  const query = `query ${takes === undefined ? "" : `(${takes})`} { ${fields} ${TOKEN_FIELD} }`;
  return fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
    cache: "no-store",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}

function keepToken(value: unknown): void {
  const token = readRowOrNull(TOKEN, value, "token");
  if (token !== undefined) rememberToken({ decimals: token.tokenDecimals, symbol: token.tokenSymbol });
}

function readBody<T>(url: string, body: unknown, read: (data: Data) => T): Answer<T> {
  try {
    const { data, errors } = record(body, "body");
    if (errors !== undefined)
      return failed({ code: "INDEXER_REFUSED", retryable: true, url, reason: refusalOf(errors) });
    const fields = record(data, "data");
    keepToken(fields["token"]);
    return answered(read(fields));
  } catch (cause) {
    if (!(cause instanceof UnexpectedShape)) throw cause;
    return failed({ code: "INDEXER_ANSWER_INVALID", retryable: false, url, reason: cause.message });
  }
}

/** Asks the indexer one GraphQL question and reads the answer; every way to fail comes back as a problem. */
export async function ask<T>(question: Question, read: (data: Data) => T): Promise<Answer<T>> {
  const url = settings().indexerUrl;
  try {
    const response = await post(url, question);
    if (!response.ok) {
      return failed({ code: "INDEXER_REFUSED", retryable: true, url, reason: `HTTP status ${response.status}.` });
    }
    return readBody(url, await response.json(), read);
  } catch (cause) {
    return failed(transportProblem(url, cause));
  }
}
