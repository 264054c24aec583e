import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { Address } from "@lloom/protocol/commitment-types";
import { deposit } from "../../../node/src/chain/account/actions.ts";
import { openChain } from "../../../node/src/chain/chain.ts";
import { type Candidate, chooseExecutor } from "../../../node/src/client/choose/choose.ts";
import { type Client, createClient } from "../../../node/src/client/client.ts";
import { type ClientOptions, clientSettings } from "../../../node/src/client/client-options.ts";
import { type Market, openMarket } from "../../../node/src/client/discover/open-market.ts";
import type { Question } from "../../../node/src/client/question.ts";
import { createLog } from "../../../node/src/log.ts";
import { createHost } from "../../../node/src/p2p/host/host.ts";
import { openClientLog } from "../../../node/src/store/client/client-log.ts";
import { openDatabase } from "../../../node/src/store/database/database.ts";
import { createTextCipher } from "../../../node/src/store/database/text-cipher.ts";
import { identityFromSecret } from "../../../node/src/wallet/identity.ts";
import { fundClient, type Seats } from "./seat-executors.ts";
import { MODEL } from "./worker-words.ts";

const log = createLog({ level: "silent", name: "bench" });

/** Where clients join. */
export interface Meeting extends Seats {
  readonly dir: string;
  readonly bootstrap: readonly string[];
  readonly signal: AbortSignal;
}

/** What every client of the benchmark stands on, with a key of its own that owns nothing. */
export async function openParts({ rpcUrl, deployment, dir, bootstrap, signal }: Meeting, stack: AsyncDisposableStack) {
  const identity = identityFromSecret(randomBytes(32));
  const { accounting } = deployment;
  const chain = stack.use(await openChain({ rpcUrl, accounting, identity, signal, log }));
  const path = join(mkdtempSync(join(dir, "client-")), "client.sqlite");
  const store = openClientLog(stack.use(openDatabase(path, { cipher: createTextCipher(identity.secret) })));
  const host = stack.use(
    await createHost({
      ...{ secret: identity.secret, network: chain.network, bootstrap, log },
      ...{ listen: ["/ip4/127.0.0.1/tcp/0"], dhtServer: true },
    }),
  );
  return { identity, chain, store, host, log };
}

/** Base units that a client of the benchmark may spend. */
const DEPOSIT = 1_000_000_000n;

/** A client as `lloom gateway` has it, with money. */
export async function openBuyer(
  meeting: Meeting,
  options: ClientOptions,
  stack: AsyncDisposableStack,
): Promise<Client> {
  const parts = await openParts(meeting, stack);
  await fundClient(meeting, parts.identity.address, DEPOSIT);
  await deposit(parts.chain, DEPOSIT);
  return stack.use(await createClient(parts, options));
}

/** What a client knows of offers, and whom it would choose; it never pays. */
export interface Watcher {
  readonly priceOf: (executor: Address) => bigint | undefined;
  /** Whom it would choose for a first question among these. */
  readonly choice: (among: ReadonlySet<Address>) => Address | undefined;
  readonly knows: (executors: readonly Address[]) => boolean;
}

/** A client's own market and choice, without its payments. */
export async function openWatcher(meeting: Meeting, stack: AsyncDisposableStack): Promise<Watcher> {
  const parts = await openParts(meeting, stack);
  const closing = new AbortController();
  const market = openMarket(parts, { settings: clientSettings({}), stack, signal: closing.signal });
  stack.defer(() => closing.abort());
  await market.search.search(MODEL);
  const { book } = market;
  return {
    priceOf: (executor) => book.offerOf(MODEL, executor)?.offer.inboundPrice,
    choice: (among) => chosen(market, among),
    knows: (executors) => {
      const known = new Set(staked(market).map(({ signed }) => signed.offer.executor));
      return executors.every((executor) => known.has(executor));
    },
  };
}

const staked = ({ book }: Market): Candidate[] =>
  book.candidates(MODEL, Date.now()).filter(({ stake }) => (stake ?? 0) > 0);

/** What a first question of a client with the usual settings needs. */
export const FIRST_NEED = {
  ...{ inboundTokens: 8n, maxOutboundTokens: 16n, maxPrice: {}, tried: new Set<Address>() },
  ...{ allowUnstaked: false, minReputation: 0, minStake: 0n },
};

function chosen(market: Market, among: ReadonlySet<Address>): Address | undefined {
  const candidates = staked(market).filter(({ signed }) => among.has(signed.offer.executor));
  const choice = chooseExecutor(candidates, FIRST_NEED, { nowMs: Date.now(), exploration: 0, random: () => 0 });
  return typeof choice === "string" ? undefined : choice.signed.offer.executor;
}

/** The question that all clients ask. */
export const QUESTION: Question = {
  model: MODEL,
  messages: [{ role: "user", content: "Who is there?" }],
  sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
  maxOutboundTokens: 16,
};
