/** A client that listens nowhere brings its evidence to jurors who have no way to it, over libp2p and its DHT: it calls them. */
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import { validatorKey } from "@lloom/protocol/names";
import { peerIdBytes } from "@lloom/protocol/peer-id";
import { profileText } from "@lloom/protocol/profile";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TokenCounter } from "../../node/src/backend/counting/token-counter.ts";
import { readRegisteredPeer } from "../../node/src/chain/read/registered-peer.ts";
import { clientSettings } from "../../node/src/client/client-options.ts";
import { disputeAnswers } from "../../node/src/client/dispute/dispute-answers.ts";
import { heldByClient } from "../../node/src/client/dispute/held-evidence.ts";
import { LloomError } from "../../node/src/errors.ts";
import { answerEvidence, type OwnAnswers } from "../../node/src/evidence/answer-evidence.ts";
import { announce } from "../../node/src/p2p/discovery/provider-records.ts";
import { serveEvidence } from "../../node/src/p2p/evidence/evidence-server.ts";
import { connect } from "../../node/src/p2p/host/dial.ts";
import type { Host } from "../../node/src/p2p/host/host.ts";
import { peerIdOfBytes } from "../../node/src/p2p/host/registered-peer.ts";
import { secretPeer } from "../../node/src/p2p/host/secret-peer.ts";
import { serveRpc } from "../../node/src/p2p/rpc/rpc.ts";
import { callEvidence } from "../../node/src/p2p/rpc/rpc-calls.ts";
import type { ClientLog } from "../../node/src/store/client/client-log.ts";
import { EvidenceCalls } from "../../node/src/validator/jury/evidence-calls.ts";
import type { Judge } from "../../node/src/validator/jury/judge.ts";
import { judgeCounts } from "../../node/src/validator/jury/judge-counts.ts";
import { recoverAddress } from "../../node/src/wallet/recover.ts";
import { saveAsClient } from "../support/bought-answer.ts";
import { VALIDATOR_ROLE } from "../support/contracts/market.ts";
import { countSale, openSeller, type Seller, TINY } from "../support/counted-sales.ts";
import { Court, type Sale } from "../support/court.ts";
import { NETWORK, never, silentLog, startHost, targetOf } from "../support/hosts.ts";
import { allRevealed, openBench, type Seated, seatsOf, sit, votesOf } from "../support/jury-bench.ts";
import { eventually } from "../support/processes.ts";

const PATIENCE_MS = 180_000;
const { ANSWER_PERIOD } = measuredDisputesFacts;
const VOCABULARY = `0x${"dd".repeat(32)}` as const;
const PROFILE = profileText({ backend: "llama.cpp", maxContext: 64, evidence: "trace", vocabulary: VOCABULARY });
/** What is charged for every answer here. */
const STATED = { inboundTokens: 12, outboundTokens: 5 };

const stack = new AsyncDisposableStack();
const counter = stack.use(new TokenCounter());
let court: Court;
/** Shows nothing to anybody. */
let seller: Seller;
let bench: Seated[];
/** Through whom all find each other. */
let anchor: Host;
const calls = new Map<Seated, EvidenceCalls>();
/** Jurors that were called. The DHT of so small a network soon connects everybody: whoever was not called is kept as far away as it would be. */
const called = new Set<string>();

beforeAll(async () => {
  court = stack.use(await Court.open({ jurors: 7, executors: ["seller"] }));
  seller = await openSeller(court, stack, "seller");
  anchor = stack.use(await startHost());
  bench = await openBench(court, stack);
  for (const seated of bench) {
    const { host } = seated;
    const own = new EvidenceCalls();
    calls.set(seated, own);
    const evidence: typeof own.take = (dispute, party) => {
      const reply = own.take(dispute, party);
      called.add(host.address);
      return reply;
    };
    stack.use(await serveRpc(host, { offers: () => [], evidence, log: silentLog }));
    await connect(host, targetOf(anchor), never);
    const announced = announce(host, { keys: [validatorKey(NETWORK)], log: silentLog, signal: never });
    stack.use(announced);
    await announced.announced;
  }
});
afterAll(() => stack.disposeAsync());

const counting: Judge = (shown) =>
  judgeCounts(
    {
      ...{ weightsOf: () => ({ path: TINY, vocabulary: VOCABULARY }), profileOf: () => undefined },
      fetchVocabulary: () => expect.fail("The weights are here."),
      count: (question) => counter.count(question),
    },
    shown,
  );
const atWork = (): AsyncDisposable =>
  sit(bench, {
    ...{ judgeOf: () => counting, seller: seller.host },
    callsOf: (seated) => calls.get(seated) ?? expect.fail("Nobody can call it."),
  });

/** The client's node: its evidence server, and what it does about disputes, on a host that takes no connection. */
async function goOnline({ client }: Sale, store: ClientLog, answers: OwnAnswers = heldByClient(store)) {
  await using opening = new AsyncDisposableStack();
  const { secret, address } = client.identity;
  const hasher = createCommitmentHasher(client.chain.domain);
  const { chain } = client;
  const host = opening.use(await startHost({ secret, listen: [], dhtServer: false, bootstrap: anchor.multiaddrs() }));
  const answer = answerEvidence({ chain, hasher, recover: recoverAddress, answers });
  const handle: typeof answer = (ask, asker, place) => {
    if (!called.has(asker)) throw new LloomError("EVIDENCE_REFUSED", "It is out of reach.");
    return answer(ask, asker, place);
  };
  opening.use(await serveEvidence(host, { handle, limits: { askBurst: 1_000 }, log: silentLog }));
  opening.use(
    disputeAnswers(
      { chain, client: address, store, host, hasher, targetOf: () => undefined, log: silentLog },
      clientSettings({ disputes: "off", callsJurors: true, watchPollMs: 100, disputeCheckMs: 300 }),
    ),
  );
  const online = opening.move();
  return { host, [Symbol.asyncDispose]: () => online.disposeAsync() };
}

/** An overcharged answer, of which its client has complained. */
async function complained(name: string) {
  const sale = await court.sell(seller.executor, seller.store, name, { text: "Hi", profile: PROFILE });
  const store = saveAsClient(court.database(sale.client), sale);
  const { inboundTokens, outboundTokens } = await countSale(counter, sale);
  const inbound = Math.min(STATED.inboundTokens, inboundTokens);
  const id = await court.complain(sale, { kind: "TokenInflation", counted: [inbound, outboundTokens] });
  return { sale, store, id };
}

const undecided = (id: `0x${string}`): Promise<void> =>
  eventually("five cannot judge, and say why", PATIENCE_MS, () =>
    seatsOf(bench, id).every(
      ({ store }) =>
        store.findDuty("judge", id)?.state === "waiting" &&
        store.judgingProblems().some(({ dispute, problem }) => dispute === id && problem.includes("Nobody shows")),
    ),
  );

it("calls all of them after a restart, too; strangers are refused, and so are calls to who was not drawn", async () => {
  called.clear();
  const { sale, store, id } = await complained("client behind a router");
  {
    await using _first = await goOnline(sale, store);
    await eventually("the dispute is noted", PATIENCE_MS, () => store.disputed().includes(id));
  }
  await using _bench = atWork();
  await court.later(ANSWER_PERIOD);
  await court.standing(id, "draw");
  await court.drawn(id);
  await eventually("all know their seats", PATIENCE_MS, () => seatsOf(bench, id).length === 5);
  await undecided(id);

  const [seated] = seatsOf(bench, id);
  const unseated = bench.find(({ store: log }) => log.findDuty("judge", id) === undefined);
  if (seated === undefined || unseated === undefined) return expect.unreachable("five of seven are drawn");
  await using stranger = await startHost({ listen: [] });
  const call = (from: Host, { host }: Seated) => callEvidence(from, { target: targetOf(host), signal: never }, id);
  const problem = (from: Host, to: Seated) => call(from, to).then(String, ({ code }: LloomError) => code);
  expect(await problem(stranger, seated)).toBe("EVIDENCE_REFUSED");
  expect(seated.host.isKnown(stranger.peerId)).toBe(false);

  await using second = await goOnline(sale, store);
  expect(await problem(second.host, unseated)).toBe("EVIDENCE_REFUSED");
  await allRevealed(court, id);
  expect(await votesOf(court, bench, id)).toEqual(Array(5).fill("Mismatch"));
  for (const { store: log } of seatsOf(bench, id)) expect(log.judgingProblems()).toEqual([]);
  expect(await call(second.host, seated)).toEqual({ wanted: false });
});

it("gets nowhere with what is forged, however often it calls", async () => {
  called.clear();
  const { sale, store, id } = await complained("forging client");
  await using _bench = atWork();
  await court.later(ANSWER_PERIOD);
  await court.standing(id, "draw");
  await court.drawn(id);
  await eventually("all know their seats", PATIENCE_MS, () => seatsOf(bench, id).length === 5);
  const asked = new Map<string, number>();
  const held = heldByClient(store);
  {
    const forging: OwnAnswers = {
      ...held,
      held: (requestHash, receipt) => {
        asked.set(requestHash, (asked.get(requestHash) ?? 0) + 1);
        const { text, ...rest } = held.held(requestHash, receipt);
        if (typeof text === "string") return { ...rest, text };
        return { ...rest, text: { ...text, bytes: Buffer.from("Something quite different was said here.") } };
      },
    };
    await using _forger = await goOnline(sale, store, forging);
    await eventually("all have asked", PATIENCE_MS, () => (asked.get(sale.requestHash) ?? 0) >= 5);
    await undecided(id);
    for (const { store: log } of seatsOf(bench, id)) expect(log.findDuty("judge", id)?.choice).toBeUndefined();
  }
  await using _honest = await goOnline(sale, store);
  await allRevealed(court, id);
  expect(await votesOf(court, bench, id)).toEqual(Array(5).fill("Mismatch"));
});

it("finds a juror's peer by what it registered, if nobody announces it", async () => {
  const { market } = court;
  const juror = await market.fund("registered juror");
  const secret = Buffer.from(juror.privateKey.slice(2), "hex");
  const { address } = (await court.as("registered juror")).identity;
  expect(await readRegisteredPeer(court.chain, address)).toBeUndefined();
  const peerId = peerIdBytes(secret);
  await market.stakeRegistry.send(juror, "registerAndStake", VALIDATOR_ROLE, peerId, "", 500_000_000n);
  const found = await readRegisteredPeer(court.chain, address);
  expect(found && peerIdOfBytes(found)).toBe(secretPeer(secret));
});
