import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { ExplainedError } from "../../checkout/explained-error.ts";
import { steadyClock } from "../../node/src/primitives/clock.ts";

/** What Sourcify gets of a contract: what it was compiled from, and where it is. */
export interface Sources {
  readonly address: string;
  /** `source:Contract`, as the compiler's input names the source. */
  readonly contract: string;
  readonly compilerVersion: string;
  /** Standard JSON input of the compiler. */
  readonly input: object;
  readonly creationTransaction: string | undefined;
}

/** Whether the hash of the sources in the code is theirs, too. */
export type SourcifyMatch = "exact_match" | "match";

export interface Sourcify {
  readonly url: string;
  readonly chainId: number;
}

const PUBLIC_URL = "https://sourcify.dev/server";
/** One answer, and a compilation that waits for others. */
const ANSWER_MS = 60_000;
const JOB_MS = 600_000;
const POLL_MS = 1_000;

const matchSchema = z.enum(["exact_match", "match"]).nullable();
const knownSchema = z.object({ match: matchSchema });
const jobSchema = z.object({ verificationId: z.string() });
const endSchema = z.object({
  isJobCompleted: z.boolean(),
  contract: z.object({ match: matchSchema }),
  error: z.object({ message: z.string() }).optional(),
});
const problemSchema = z.object({ message: z.string() });

/** The public Sourcify, or another one that speaks its API, version 2. */
export const sourcifyOf = (chainId: number, url: string | undefined): Sourcify => ({ url: url ?? PUBLIC_URL, chainId });

/** How well the sources match that it shows of a contract; `undefined` if it shows none. Throws an ExplainedError. */
export async function shownMatch({ url, chainId }: Sourcify, address: string): Promise<SourcifyMatch | undefined> {
  const { status, body } = await ask(`${url}/v2/contract/${chainId}/${address}`);
  if (status === 404) return undefined;
  return read(knownSchema, status, body).match ?? undefined;
}

/** Hands in the sources of a contract; returns the job that compiles them. Throws an ExplainedError. */
export async function handIn({ url, chainId }: Sourcify, sources: Sources): Promise<string> {
  const { status, body } = await ask(`${url}/v2/verify/${chainId}/${sources.address}`, {
    stdJsonInput: sources.input,
    contractIdentifier: sources.contract,
    compilerVersion: sources.compilerVersion,
    ...(sources.creationTransaction !== undefined && { creationTransactionHash: sources.creationTransaction }),
  });
  return read(jobSchema, status, body).verificationId;
}

/** Waits for the end of a job. Throws an ExplainedError with Sourcify's reason if the sources are not the contract's. */
export async function matchOf({ url }: Sourcify, job: string): Promise<SourcifyMatch> {
  const deadline = steadyClock() + JOB_MS;
  for (;;) {
    const { status, body } = await ask(`${url}/v2/verify/${job}`);
    const { isJobCompleted, contract, error } = read(endSchema, status, body);
    if (isJobCompleted && contract.match !== null) return contract.match;
    if (isJobCompleted) throw problem(error?.message ?? "it finds no match");
    if (steadyClock() > deadline) throw problem(`it has not compiled them within ${JOB_MS / 60_000} minutes`);
    await delay(POLL_MS);
  }
}

interface HttpReply {
  readonly status: number;
  readonly body: unknown;
}

/** A connection that was closed at the moment of its use is opened once more: to hand in twice does no harm. */
async function ask(address: string, asked?: object, isAgain = false): Promise<HttpReply> {
  try {
    const post = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(asked) };
    const answer = await fetch(address, { ...(asked && post), signal: AbortSignal.timeout(ANSWER_MS) });
    return { status: answer.status, body: jsonOf(await answer.text()) };
  } catch (thrown) {
    const { cause } = thrown as Error;
    if (!isAgain && cause instanceof Error && "code" in cause && cause.code === "ECONNRESET")
      return await ask(address, asked, true);
    throw problem(cause instanceof Error ? cause.message : (thrown as Error).message, thrown);
  }
}

/** `undefined` for a page, as servers have it that stand before others. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function read<Shape extends z.ZodType>(schema: Shape, status: number, body: unknown): z.infer<Shape> {
  const found = schema.safeParse(body);
  if (status < 400 && found.success) return found.data;
  throw problem(problemSchema.safeParse(body).data?.message ?? `it answers with HTTP ${status}`);
}

const problem = (what: string, cause?: unknown): ExplainedError =>
  new ExplainedError(`Sourcify does not take the sources: ${what}.`, "Run the command again later.", cause);
