/** An executor that names a wrong vocabulary and counts by the right one, to win the bonds of clients who count by what it signed. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { certainClaim } from "@lloom/protocol/count-finding";
import { juryFacts, measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import { profileText } from "@lloom/protocol/profile";
import type { TokenCounts } from "@lloom/protocol/token-counts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TokenCounter } from "../../node/src/backend/counting/token-counter.ts";
import { Vocabularies } from "../../node/src/backend/counting/vocabularies.ts";
import { readVocabularyFile } from "../../node/src/backend/gguf-vocabulary.ts";
import { sha256 } from "../../node/src/backend/sha256.ts";
import { serveVocabularies } from "../../node/src/client/serve-vocabularies.ts";
import { connect } from "../../node/src/p2p/host/dial.ts";
import { judgeCounts, type OwnWeights } from "../../node/src/validator/jury/judge-counts.ts";
import { signedVocabularies } from "../../node/src/validator/jury/signed-vocabularies.ts";
import { countSale, openSeller, type Seller, showSales, TINY } from "../support/counted-sales.ts";
import { Court, OF_COUNTS, type Sale, type Somebody } from "../support/court.ts";
import { never, silentLog, startHost, targetOf } from "../support/hosts.ts";
import { allRevealed, openBench, type Seated, sit, votesOf } from "../support/jury-bench.ts";

const JURORS = 7;
const { PENALTY, BOND } = OF_COUNTS;
const { ANSWER_PERIOD, APPEAL_PERIOD } = measuredDisputesFacts;
const { COMMIT_PERIOD, REVEAL_PERIOD } = juryFacts;

/** A vocabulary on disk. */
interface Kept {
  readonly path: string;
  readonly hash: Hex;
  readonly bytes: Uint8Array;
}

const stack = new AsyncDisposableStack();
const directory = mkdtempSync(join(tmpdir(), "lloom-own-word-"));
stack.defer(() => rmSync(directory, { recursive: true, force: true }));
const counter = stack.use(new TokenCounter());
let court: Court;
let seller: Seller;
let bench: Seated[];
/** What the shipped weights make, and the same with a template that leaves the roles out. */
let right: Kept;
let wrong: Kept;

function keep(name: string, bytes: Uint8Array): Kept {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return { path, bytes, hash: sha256(bytes) };
}

beforeAll(async () => {
  const made = await readVocabularyFile(TINY);
  right = keep("right.gguf", made);
  const named = Buffer.from(made);
  const roles = "'<|im_start|>' + m['role'] + '\\n' + ";
  named.write(" ".repeat(roles.length), named.indexOf(roles), "latin1");
  wrong = keep("wrong.gguf", named);
  court = stack.use(await Court.open({ jurors: JURORS, executors: ["seller"] }));
  seller = await openSeller(court, stack, "seller");
  // It shows what it asked and answered, and gives its vocabulary to nobody.
  stack.use(await showSales(seller));
  bench = await openBench(court, stack);
});
afterAll(() => stack.disposeAsync());

const countBy = ({ path }: Kept, sale: Sale): Promise<TokenCounts> => countSale(counter, sale, path);

/** An answer that is charged for what the weights' vocabulary counts, by an executor that signs to count by this one. */
async function sell(client: string, { hash: vocabulary }: Kept): Promise<Sale> {
  const { executor, store } = seller;
  const profile = profileText({ backend: "llama.cpp", maxContext: 4096, evidence: "trace", vocabulary });
  const first = await court.sell(executor, store, `${client}, first`, { profile });
  const counted = await countBy(right, first);
  const sale = await court.sell(executor, store, client, { profile, counted });
  expect(await countBy(right, sale)).toMatchObject({
    inboundTokens: counted.inboundTokens,
    outboundTokens: counted.outboundTokens,
  });
  return sale;
}

/** The host of a client that counts by a vocabulary, with a way to every juror. */
async function goOnline(client: Somebody, { hash, bytes }: Kept): Promise<void> {
  const host = stack.use(await startHost({ secret: client.identity.secret }));
  const vocabularies = new Vocabularies({ directory: mkdtempSync(join(directory, "client-")) });
  await vocabularies.get(hash, async (offset) => ({ totalBytes: bytes.length, bytes: bytes.subarray(offset) }));
  const part = (wanted: Hex, offset: number) => vocabularies.part(wanted, offset);
  stack.use(await serveVocabularies({ host, log: silentLog }, { part }));
  await Promise.all(bench.map((seated) => connect(seated.host, targetOf(host), never)));
}

it("loses to a client that complained by what was signed, whatever jurors have, and its honest twin to nobody", async () => {
  const [baited, hidden, twin] = [
    await sell("baited client", wrong),
    await sell("client of jurors with weights", wrong),
    await sell("lying client", right),
  ];
  await goOnline(baited.client, wrong);
  const before = await Promise.all([baited, hidden, twin].map(({ client }) => court.wealth(client)));
  const stake = (await court.wealth(seller.executor)).stake;
  /** As a client of ours complains by itself that counts by the wrong vocabulary. */
  const complain = async (sale: Sale): Promise<Hex> => {
    const claim = certainClaim({ ...sale.receipt, counts: await countBy(wrong, sale) });
    if (claim === undefined) throw new Error("There is nothing to complain of.");
    return court.complain(sale, { kind: "TokenInflation", counted: [claim.inboundTokens, claim.outboundTokens] });
  };
  const [byName, byWeights, untrue] = [await complain(baited), await complain(hidden), await complain(twin)];
  const ids = [byName, byWeights, untrue];

  const weights: OwnWeights = { path: TINY, vocabulary: right.hash };
  await using _bench = sit(bench, {
    seller: seller.host,
    judgeOf: ({ host }) => {
      const fetched = mkdtempSync(join(directory, "juror-"));
      const fetchVocabulary = signedVocabularies({ directory: fetched, host, signal: never });
      const parts = { fetchVocabulary, profileOf: () => undefined, count: counter.count.bind(counter) };
      return (shown) => judgeCounts({ ...parts, weightsOf: () => (shown.id === byName ? undefined : weights) }, shown);
    },
  });
  await court.later(ANSWER_PERIOD);
  for (const id of ids) await court.standing(id, "draw");
  for (const id of ids) await court.drawn(id);
  for (const id of ids) await allRevealed(court, id);
  expect(await votesOf(court, bench, byName)).toEqual(Array(5).fill("Mismatch"));
  expect(await votesOf(court, bench, byWeights)).toEqual(Array(5).fill("Mismatch"));
  expect(await votesOf(court, bench, untrue)).toEqual(Array(5).fill("Match"));
  await court.later(COMMIT_PERIOD + REVEAL_PERIOD);
  for (const id of ids) await court.standing(id, "appealable");
  await court.later(APPEAL_PERIOD);
  expect(await court.standing(byName, "closed")).toMatchObject({ outcome: "upheld" });
  expect(await court.standing(byWeights, "closed")).toMatchObject({ outcome: "upheld" });
  expect(await court.standing(untrue, "closed")).toMatchObject({ outcome: "rejected" });

  const after = await Promise.all([baited, hidden, twin].map(({ client }) => court.wealth(client)));
  // The bond is back as credit, the price in the deposit, and 30 % of what was slashed are the client's.
  for (const client of [0, 1]) {
    expect(after[client]?.credit).toBe(BOND);
    expect(after[client]?.shares).toBeGreaterThan(0n);
    expect(after[client]?.deposit).toBeGreaterThan(before[client]?.deposit ?? 0n);
  }
  expect(after[2]).toEqual({ ...before[2], wallet: (before[2]?.wallet ?? 0n) - BOND });
  expect(stake - (await court.wealth(seller.executor)).stake).toBeGreaterThan(PENALTY);
});
