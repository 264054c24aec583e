import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { type HttpEndpoint, httpEndpoint } from "@lloom/protocol/http-endpoint";
import type { Standing } from "@lloom/protocol/reputation/standing";
import { z } from "@lloom/protocol/zod";
import { LloomError } from "../errors.ts";

/** An index's word, which is never more than that: who needs to be sure computes it from the chain. */
export interface Indexer {
  /** Without path and query: where it is, for people. */
  readonly origin: string;
  /** Newest block in its tables. */
  head(signal: AbortSignal): Promise<number>;
  /** An executor's standing in an epoch; undefined for one that has not registered. */
  standing(executor: Address, epoch: number, signal: AbortSignal): Promise<ToldStanding | undefined>;
  /** Everybody's standing at the end of an epoch that is over: all of them, since who is missing counts as left out. */
  standings(epoch: number, signal: AbortSignal): Promise<ReadonlyMap<Address, Standing>>;
  /** Its standings of all epochs in which something happened that counts, oldest first. */
  history(executor: Address, signal: AbortSignal): Promise<readonly ToldEpoch[]>;
}

/** What the index says of one executor in one epoch. */
export interface ToldStanding {
  readonly standing: Standing;
  readonly root: Hex;
  readonly count: number;
  readonly index: number;
  readonly proof: readonly Hex[];
}

/** A row of its table. */
export interface ToldEpoch extends Standing {
  readonly block: number;
}

const LONGEST_ANSWER = 4 * 1024 * 1024;
const PAGE = 500;
/** Standings on a page, and pages: more executors than a client keeps offers of. */
const STANDINGS_PAGE = 1_000;
const MOST_STANDINGS_PAGES = 16;
/** Pages of one executor's history: more epochs than an hourly chain has in fifty years. */
const MOST_PAGES = 1_000;

const integer = z
  .string()
  .regex(/^\d{1,40}$/)
  .transform(BigInt);
const address = z
  .string()
  .regex(/^0x[0-9a-f]{40}$/)
  .transform((text) => text as Address);
const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((text) => text as Hex);
const GRADES = ["A", "B", "C", "newcomer"] as const;
const figures = {
  passed: integer,
  failed: integer,
  unanswered: integer,
  receipts: integer,
  strikes: integer,
  stake: integer,
  share: integer,
  lower: integer,
  upper: integer,
  stakeFactor: integer,
  trust: integer,
};
const standing = { epoch: integer, ...figures, grade: z.enum(GRADES) };
const standingAnswer = z.object({
  standing: z.object(standing),
  root: hash,
  count: z.number().int().positive(),
  index: z.number().int().nonnegative(),
  proof: z.array(hash).max(64),
});
const pageAnswer = z.object({
  complete: z.literal(true),
  standings: z.array(z.object({ executor: address, ...standing })).max(STANDINGS_PAGE),
});
const headAnswer = z.object({ block: z.object({ number: integer.transform(Number) }).nullable() });
const epochRow = z
  .object({
    ...figures,
    epoch: z.number().int().nonnegative().transform(BigInt),
    block: integer.transform(Number),
    grade: z.enum(["A", "B", "C", "NEWCOMER"]),
  })
  .transform(({ grade, ...row }) => ({ ...row, grade: grade === "NEWCOMER" ? ("newcomer" as const) : grade }));
const historyAnswer = z.object({ data: z.object({ reputations: z.object({ items: z.array(epochRow) }) }) });

/** An index at a URL. Every call throws LloomError INDEXER_UNREACHABLE, _TIMEOUT, _REFUSED or _ANSWER_INVALID, or CANCELLED. */
export function openIndexer(url: string): Indexer {
  const { origin, href, authorization } = indexerEndpoint(url);
  const base = href.replace(/\/+$/, "");
  const get = (path: string, signal: AbortSignal) => ask({ url: `${base}${path}`, origin, authorization, signal });
  return {
    origin,
    head: async (signal) => {
      const { block } = parse(headAnswer, await get("/meta", signal), origin);
      if (block === null) throw refused(origin, "has indexed nothing yet");
      return block.number;
    },
    standing: async (executor, epoch, signal) => {
      const answer = await get(`/reputation/${epoch}/${executor}`, signal);
      return answer === undefined ? undefined : parse(standingAnswer, answer, origin);
    },
    standings: async (epoch, signal) => {
      const found = new Map<Address, Standing>();
      for (let [page, last] = [0, ""]; page < MOST_STANDINGS_PAGES; page++) {
        const path = `/reputation/${epoch}/standings${last === "" ? "" : `?after=${last}`}`;
        const { standings } = parse(pageAnswer, await get(path, signal), origin);
        for (const { executor, ...standing } of standings) {
          if (executor <= last || standing.epoch !== BigInt(epoch)) throw invalid(origin, "its pages are out of order");
          found.set(executor, standing);
          last = executor;
        }
        if (standings.length < STANDINGS_PAGE) return found;
      }
      throw invalid(origin, "its pages have no end");
    },
    history: async (executor, signal) => {
      const rows: ToldEpoch[] = [];
      for (let page = 0; page < MOST_PAGES; page++) {
        const after = rows.at(-1)?.epoch ?? -1n;
        const query = historyQuery(executor, after);
        const answer = await ask({
          url: `${base}/graphql`,
          origin,
          authorization,
          signal,
          body: JSON.stringify({ query }),
        });
        const { items } = parse(historyAnswer, answer, origin).data.reputations;
        if (items.some(({ epoch }) => epoch <= after)) throw invalid(origin, "its pages repeat themselves");
        rows.push(...items);
        if (items.length < PAGE) return rows;
      }
      throw invalid(origin, "its pages have no end");
    },
  };
}

function indexerEndpoint(url: string): HttpEndpoint {
  const endpoint = httpEndpoint(url);
  if (endpoint !== undefined) return endpoint;
  throw new LloomError("CONFIG_INVALID", "The indexer's URL is no http or https address.", {
    next: "Set it to something like http://127.0.0.1:42069.",
  });
}

const historyQuery = (executor: Address, after: bigint): string => `{ reputations(
  where: { executorAddress: "${executor}", epoch_gt: ${after} }, orderBy: "epoch", orderDirection: "asc", limit: ${PAGE}
) { items { epoch block grade ${Object.keys(figures).join(" ")} } } }`;

interface Asked {
  readonly url: string;
  readonly origin: string;
  readonly authorization: string | undefined;
  readonly signal: AbortSignal;
  /** By POST. */
  readonly body?: string;
}

const TIMEOUT_MS = 10_000;

/** The answer's JSON; undefined for what is not there. */
async function ask({ url, origin, authorization, signal, body }: Asked): Promise<unknown> {
  const deadline = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const headers = { "content-type": "application/json", ...(authorization !== undefined && { authorization }) };
    const bounded = AbortSignal.any([signal, deadline]);
    const response = await fetch(url, {
      ...{ signal: bounded, headers },
      ...(body === undefined ? {} : { method: "POST", body }),
    });
    const text = await boundedText(response, origin);
    if (response.status === 404 && text.includes("ROUTE_NOT_FOUND")) return undefined;
    if (!response.ok) throw refused(origin, `answers with status ${response.status}`);
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof LloomError) throw cause;
    if (signal.aborted) throw new LloomError("CANCELLED", "Stopped before the indexer answered.", { cause });
    if (deadline.aborted) {
      const next = "Try again; it may be catching up with the chain.";
      throw new LloomError("INDEXER_TIMEOUT", `The indexer at ${origin} does not answer in time.`, { cause, next });
    }
    if (cause instanceof SyntaxError) throw invalid(origin, "it is not JSON");
    throw new LloomError("INDEXER_UNREACHABLE", `The indexer at ${origin} does not answer.`, {
      cause,
      next: "Start it, or give --indexer the URL of one that runs.",
    });
  }
}

async function boundedText(response: Response, origin: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > LONGEST_ANSWER) throw invalid(origin, "it is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse<T>(schema: z.ZodType<T>, answer: unknown, origin: string): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw invalid(origin, `${parsed.error.issues[0]?.path.join(".") ?? "it"} is not what it should be`);
}

const invalid = (origin: string, why: string): LloomError =>
  new LloomError("INDEXER_ANSWER_INVALID", `The answer of the indexer at ${origin} is of no use: ${why}.`, {
    next: "Give --indexer the URL of an indexer of this version.",
  });
const refused = (origin: string, why: string): LloomError =>
  new LloomError("INDEXER_REFUSED", `The indexer at ${origin} ${why}.`, { next: "Wait until its /ready answers 200." });
