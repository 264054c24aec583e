import type { HttpEndpoint } from "@lloom/protocol/http-endpoint";
import { LloomError } from "@lloom/protocol/lloom-error";
import { rememberChainTime } from "./chain-time.ts";
import { settings } from "./env.ts";
import { readHead } from "./indexed-head.ts";
import { answered, failed, type IndexReply, type Problem, problemOf } from "./problem.ts";
import type { Query } from "./query.ts";
import { record } from "./readers.ts";
import { TOKEN } from "./rows.ts";
import { readRowOrNull } from "./shapes.ts";
import { rememberToken } from "./token.ts";

/** Longest that a page waits for the indexer before it says so. */
const TIMEOUT_MS = 8_000;
const MAX_REASON_LENGTH = 200;

/** What the operating system said, under the sentence that fetch puts over it: `ECONNREFUSED`. */
function causeOf(thrown: unknown): string {
  const inner = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  if (!(inner instanceof Error)) return String(inner);
  return "code" in inner && typeof inner.code === "string" ? inner.code : inner.message;
}

const invalidAnswer = (url: string, reason: string): Problem =>
  problemOf(
    "INDEXER_ANSWER_INVALID",
    `The indexer at ${url} answered in a form that this explorer does not know: ${reason}`,
  );

const refused = (url: string, reason: string): Problem =>
  problemOf("INDEXER_REFUSED", `The indexer at ${url} refused the question: ${reason}`);

function transportProblem(url: string, cause: unknown): Problem {
  if (cause instanceof SyntaxError) return invalidAnswer(url, "it is not JSON.");
  const timedOut = cause instanceof DOMException && cause.name === "TimeoutError";
  return timedOut
    ? problemOf("INDEXER_TIMEOUT", `The indexer at ${url} took longer than ${TIMEOUT_MS / 1000} s to answer.`)
    : problemOf("INDEXER_UNREACHABLE", `The indexer at ${url} does not answer: ${causeOf(cause)}.`);
}

/** The first sentence that the indexer gave with its refusal, cut to a length that fits on a page. */
function refusalOf(errors: unknown): string {
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  const message = record(first ?? {}, "errors[0]")["message"];
  return typeof message === "string" ? message.slice(0, MAX_REASON_LENGTH) : "no reason given.";
}

const post = ({ href, authorization }: HttpEndpoint, query: string, variables: object): Promise<Response> =>
  fetch(`${href.replace(/\/$/, "")}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(authorization !== undefined && { authorization }) },
    body: JSON.stringify({ query, variables }),
    cache: "no-store",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });

function keepToken(value: unknown): void {
  const token = readRowOrNull(TOKEN, value, "token");
  if (token !== undefined) rememberToken({ decimals: token.tokenDecimals, symbol: token.tokenSymbol });
}

function readBody<T>(url: string, body: unknown, read: Query<never, T>["read"]): IndexReply<T> {
  try {
    const { data, errors } = record(body, "body");
    if (errors !== undefined) return failed(refused(url, refusalOf(errors)));
    const fields = record(data, "data");
    keepToken(fields["token"]);
    rememberChainTime(readHead(fields["_meta"])?.timestamp);
    return answered(read(fields));
  } catch (cause) {
    if (!(cause instanceof LloomError)) throw cause;
    return failed(invalidAnswer(url, cause.message));
  }
}

/** Asks the indexer one GraphQL query and reads the answer; every way to fail comes back as a problem. */
export async function ask<Variables extends object, T>(
  { document, read }: Query<Variables, T>,
  variables: Variables,
): Promise<IndexReply<T>> {
  const { indexer } = settings();
  const { origin } = indexer;
  try {
    const response = await post(indexer, document, variables);
    if (!response.ok) return failed(refused(origin, `HTTP status ${response.status}.`));
    return readBody(origin, await response.json(), read);
  } catch (cause) {
    return failed(transportProblem(origin, cause));
  }
}
