import type { HttpEndpoint } from "@lloom/protocol/http-endpoint";
import { LloomError } from "@lloom/protocol/lloom-error";
import { rememberChainTime } from "./chain-time.ts";
import { settings } from "./env.ts";
import { readIndexedHead } from "./moment/indexed-head.ts";
import { keepAnswer, keptAnswer } from "./moment/kept-answers.ts";
import { pageAddress } from "./moment/page-address.ts";
import { rememberMoment } from "./moment/page-moment.ts";
import { answered, failed, type IndexReply, problemOf } from "./problem.ts";
import type { Query } from "./query.ts";
import { record } from "./readers.ts";
import { TOKEN } from "./rows.ts";
import { readRowOrNull } from "./shapes.ts";
import { rememberToken } from "./token.ts";

/** Longest that a page waits for the indexer before it says so. */
const TIMEOUT_MS = 8_000;

/** Codes of what is over once the index answers again. */
type Silence = "INDEXER_UNREACHABLE" | "INDEXER_TIMEOUT" | "INDEXER_BUSY";

/** For whoever runs the explorer: what happened, in the log and nowhere else. An address may hold a key: only its origin is told. */
function logProblem(code: string, reason: string): void {
  process.stderr.write(`${code}: ${settings().indexer.origin}: ${reason}\n`);
}

/** What the operating system said, under the sentence that fetch puts over it: `ECONNREFUSED`. */
function causeOf(thrown: unknown): string {
  const inner = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  if (!(inner instanceof Error)) return String(inner);
  return "code" in inner && typeof inner.code === "string" ? inner.code : inner.message;
}

const post = ({ href, authorization }: HttpEndpoint, body: string): Promise<Response> =>
  fetch(`${href.replace(/\/$/, "")}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(authorization !== undefined && { authorization }) },
    body,
    cache: "no-store",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });

function keepToken(value: unknown): void {
  const token = readRowOrNull(TOKEN, value, "token");
  if (token !== undefined) rememberToken({ decimals: token.tokenDecimals, symbol: token.tokenSymbol });
}

/** Reads an answer, and notes for the page what came along: the payment token, the chain's clock, the block. */
function readBody<T>(body: unknown, read: Query<never, T>["read"], silentSince: number | undefined): IndexReply<T> {
  try {
    const { data, errors } = record(body, "body");
    if (errors !== undefined) {
      logProblem("INDEXER_REFUSED", JSON.stringify(errors).slice(0, 400));
      return failed(problemOf("INDEXER_REFUSED"));
    }
    const fields = record(data, "data");
    keepToken(fields["token"]);
    const head = readIndexedHead(fields["_meta"]);
    rememberChainTime(head?.timestamp);
    if (head !== undefined) rememberMoment({ block: head.block, timestamp: head.timestamp, silentSince });
    return answered(read(fields));
  } catch (cause) {
    if (!(cause instanceof LloomError)) throw cause;
    logProblem("INDEXER_ANSWER_INVALID", cause.message);
    return failed(problemOf("INDEXER_ANSWER_INVALID"));
  }
}

/** What the index says to a question, or why it says nothing. */
async function bodyOf(
  question: string,
): Promise<{ readonly body: unknown } | { readonly silence: Silence } | undefined> {
  try {
    const response = await post(settings().indexer, question);
    if (response.ok) return { body: await response.json() };
    const isBusy = response.status === 503;
    const said = (await response.text()).slice(0, 400);
    logProblem(isBusy ? "INDEXER_BUSY" : "INDEXER_REFUSED", `HTTP status ${response.status}: ${said}`);
    return isBusy ? { silence: "INDEXER_BUSY" } : undefined;
  } catch (cause) {
    if (cause instanceof SyntaxError) return { body: undefined };
    const silence =
      cause instanceof DOMException && cause.name === "TimeoutError" ? "INDEXER_TIMEOUT" : "INDEXER_UNREACHABLE";
    logProblem(silence, causeOf(cause));
    return { silence };
  }
}

const questionOf = (query: string, variables: object): string => JSON.stringify({ query, variables });

/**
 * Asks the indexer one GraphQL query and reads the answer; every way to fail comes back as a problem. Where the index is
 * silent its last good answer to the same question stands in, and the page says so.
 */
export async function ask<Variables extends object, T>(
  { document, read }: Query<Variables, T>,
  variables: Variables,
): Promise<IndexReply<T>> {
  const question = questionOf(document, variables);
  const said = await bodyOf(question);
  if (said === undefined) return failed(problemOf("INDEXER_REFUSED"));
  if ("silence" in said) {
    const kept = keptAnswer(question);
    return kept === undefined ? failed(problemOf(said.silence)) : readBody(kept.body, read, kept.at);
  }
  const reply = readBody(said.body, read, undefined);
  if (reply.ok) keepAnswer(question, await pageAddress(), said.body);
  return reply;
}

/** Asks for what is no page, such as a file: nothing is kept of it, and nothing that was kept stands in. */
export async function askNow<Variables extends object, T>(
  { document, read }: Query<Variables, T>,
  variables: Variables,
): Promise<IndexReply<T>> {
  const said = await bodyOf(questionOf(document, variables));
  if (said === undefined) return failed(problemOf("INDEXER_REFUSED"));
  return "silence" in said ? failed(problemOf(said.silence)) : readBody(said.body, read, undefined);
}
