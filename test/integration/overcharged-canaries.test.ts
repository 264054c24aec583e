/** An executor that names no vocabulary and charges four tokens for one: a validator's audit finds it, and jurors find it so. */
import type { Hex } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { hashDisputeConsent } from "@lloom/protocol/dispute-consent";
import { juryFacts, measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import { profileText } from "@lloom/protocol/profile";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TokenCounter } from "../../node/src/backend/counting/token-counter.ts";
import { readVocabularyFile } from "../../node/src/backend/gguf-vocabulary.ts";
import { sha256 } from "../../node/src/backend/sha256.ts";
import { readDisputeAbout } from "../../node/src/chain/disputes/measured-disputes.ts";
import { readComplaint } from "../../node/src/chain/disputes/measured-events.ts";
import { openAuditLog } from "../../node/src/store/validator/audit-log.ts";
import { openComplaintLog } from "../../node/src/store/validator/complaint-log.ts";
import type {
  AuditQuestion,
  CanaryFinding,
  EndedCanary,
  KeptAudit,
} from "../../node/src/validator/audit/canary-answer.ts";
import { Complaints } from "../../node/src/validator/audit/complaints.ts";
import { findingsOf } from "../../node/src/validator/audit/findings.ts";
import { judge } from "../../node/src/validator/audit/judge.ts";
import { judgeCounts, type OwnWeights } from "../../node/src/validator/jury/judge-counts.ts";
import { countSale, openSeller, type Seller, showSales, TINY } from "../support/counted-sales.ts";
import { Court, OF_COUNTS, type Sale, type Somebody } from "../support/court.ts";
import { never, silentLog } from "../support/hosts.ts";
import { allRevealed, openBench, type Seated, sit, votesOf } from "../support/jury-bench.ts";

const PLENTY = 1_000_000_000n;
const SECRET: Hex = `0x${"5e".repeat(32)}`;
const { PENALTY, BOND } = OF_COUNTS;
const { ANSWER_PERIOD, APPEAL_PERIOD } = measuredDisputesFacts;
const { COMMIT_PERIOD, REVEAL_PERIOD } = juryFacts;
/** Names no vocabulary. */
const PROFILE = profileText({ backend: "llama.cpp", maxContext: 4096, evidence: "text" });

const stack = new AsyncDisposableStack();
const counter = stack.use(new TokenCounter());
let weights: OwnWeights;
let court: Court;
let validator: Somebody;
let seller: Seller;
let cheat: Somebody;
let bench: Seated[];
/** Of the cheat, by three canary keys, and of its honest twin. */
let charged: Sale[];
let fair: Sale;

beforeAll(async () => {
  weights = { path: TINY, vocabulary: sha256(await readVocabularyFile(TINY)) };
  // The challenger is none of the jurors.
  court = stack.use(await Court.open({ jurors: 8, executors: ["charging", "fair"] }));
  validator = await court.as("juror 0");
  await court.market.fund("juror 0", PLENTY);
  seller = await openSeller(court, stack, "charging");
  cheat = seller.executor;
  charged = [];
  for (let key = 0; key < 3; key++) charged.push(await sell(seller, `canary key ${key}`, 4));
  fair = await sell(await openSeller(court, stack, "fair"), "canary key 3", 1);
  stack.use(await showSales(seller));
  bench = await openBench(court, stack);
});
afterAll(() => stack.disposeAsync());

/** An answer that is charged for so many times the tokens that there are. */
async function sell({ executor, store: log }: Seller, client: string, times: number): Promise<Sale> {
  const text = "A cat sleeps on the warm roof.";
  // Every lane has a prompt of its own, whose tokens are as many as long as the lane's number has one digit.
  const first = await court.sell(executor, log, `${client}, first`, { text, profile: PROFILE });
  const { inboundTokens, outboundTokens } = await countSale(counter, first);
  const counted = { inboundTokens: inboundTokens * times, outboundTokens: outboundTokens * times };
  return court.sell(executor, log, client, { text, profile: PROFILE, counted, settles: false });
}

const canaryOf = ({
  receipt,
  requestHash,
  responseHash,
  held,
}: Sale): { question: AuditQuestion; answer: EndedCanary } => {
  const { messages, sampling } = held.prompt;
  return {
    question: { canary: { messages, sampling, maxOutboundTokens: 100, whole: true } } as unknown as AuditQuestion,
    answer: {
      ...{ type: "answered", responseHash, signed: { receipt, requestHash } },
      answer: {
        ...{ text: Buffer.from(held.text.bytes).toString(), traceRoot: receipt.response.traceRoot },
        asOfSeconds: Number(receipt.request.deadline),
        ...{ weightsHash: held.prompt.weightsHash, profile: PROFILE },
      },
    },
  };
};

/** The same, as its client keeps it that refused it for its counts, and could claim nothing of them. */
function refused(accepted: EndedCanary): EndedCanary {
  if (accepted.type !== "answered") return accepted;
  const { responseHash, answer, signed } = accepted;
  return { type: "wrong", what: "counts", problem: "The counts are wrong.", responseHash, refused: { answer, signed } };
}

it("is reported, accused and loses; its honest twin is not", async () => {
  const db = court.database(validator);
  const audits = openAuditLog<AuditQuestion, EndedCanary, CanaryFinding>(db);
  const weightsHash = fair.held.prompt.weightsHash;
  const planned = [...charged, fair].map((sale) => ({
    ...{ executor: sale.executor.identity.address, model: "tiny", weightsHash, askAt: 0n },
    question: canaryOf(sale).question,
  }));
  audits.beginEpoch(1n, weightsHash, planned);
  const counting = { ...weights, weightsHash, count: counter.count.bind(counter) };
  for (const [index, { id }] of audits.ofEpoch(1n).entries()) {
    const accepted = canaryOf([...charged, fair][index] as Sale).answer;
    // The counts of the second were refused by the key that asked.
    const answer = index === 1 ? refused(accepted) : accepted;
    audits.markAsked(id);
    audits.saveAnswer(id, answer, answer.responseHash);
  }
  // Without a calibration, and without the trace, which neither shows.
  for (const canary of audits.answered())
    audits.saveFinding(canary.id, await judge(canary as KeptAudit, { weights: undefined, counting, secret: SECRET }));
  const rows = findingsOf(audits.ofEpoch(1n), () => SECRET);
  const rowOf = ({ identity }: Somebody) => rows.find(({ executor }) => executor === identity.address);
  expect(rowOf(cheat)).toMatchObject({ outcome: "failed", canaries: 3, countFailures: 3, traceFailures: 0 });
  expect(rowOf(fair.executor)).toMatchObject({ countFailures: 0 });

  const store = openComplaintLog(db);
  const start = (mostBonds: bigint) =>
    new Complaints({
      ...{ chain: validator.chain, court: court.addresses, validator: validator.identity.address, store, audits },
      ...{ mostBonds, onNews: () => undefined, log: silentLog },
      consentOf: ({ client }, requestHash) => {
        const { domainSeparator } = createCommitmentHasher(validator.chain.domain);
        const key = charged.find((sale) => sale.client.identity.address === client)?.client.identity;
        return key?.sign(hashDisputeConsent(domainSeparator, { challenger: validator.identity.address, requestHash }));
      },
    });
  const executor = cheat.identity.address;
  const canaries = audits.judgedOf(executor, weightsHash, 256).toReversed();
  const complaints = start(BOND - 1n);
  complaints.plan({ executor, weightsHash, canaries }, 1n);
  await complaints.look(never);
  expect(store.newestComplaints(2).map(({ word }) => word)).toEqual(["beyond the bound"]);
  await start(BOND).look(never);
  const id = await readDisputeAbout(court.chain, court.addresses, charged[0]?.receipt.request as never);
  if (id === undefined) return expect.unreachable("the dispute is open");
  expect(await court.dispute(id)).toMatchObject({ kind: "TokenInflation", challenger: validator.identity.address });
  expect((await readComplaint(court.chain, court.addresses, id)).answers).toHaveLength(3);

  const stake = (await court.wealth(cheat)).stake;
  await using _bench = sit(bench, {
    seller: seller.host,
    judgeOf: () => (shown) =>
      judgeCounts(
        {
          ...{ weightsOf: () => weights, profileOf: () => undefined, count: counter.count.bind(counter) },
          fetchVocabulary: () => expect.fail("The weights are here."),
        },
        shown,
      ),
  });
  await court.later(ANSWER_PERIOD);
  await court.standing(id, "draw");
  await court.drawn(id);
  await allRevealed(court, id);
  expect(await votesOf(court, bench, id)).toEqual(Array(5).fill("Mismatch"));
  await court.later(COMMIT_PERIOD + REVEAL_PERIOD);
  await court.standing(id, "appealable");
  await court.later(APPEAL_PERIOD);
  expect(await court.standing(id, "closed")).toMatchObject({ outcome: "upheld" });
  expect(stake - (await court.wealth(cheat)).stake).toBeGreaterThanOrEqual(PENALTY);
  await start(BOND).look(never);
  expect(store.newestComplaints(2).map(({ state, word }) => `${state}: ${word}`)).toEqual(["over: upheld"]);
});
