import type { AuditChain } from "@lloom/protocol/audit-chains";
import { preimageAt } from "@lloom/protocol/audit-chains";
import { type AuditFinding, auditReports } from "@lloom/protocol/audit-reports";
import type { Address } from "@lloom/protocol/commitment-types";
import { id, MaxUint256 } from "ethers";
import type { openAudits } from "../../support/contracts/audits.ts";
import type { Sender } from "../../support/contracts/callable.ts";
import { proveTwoResponses } from "../../support/contracts/equivocation.ts";
import type { SignedAnswer } from "../../support/contracts/lane.ts";
import { type Market, PEER_ID, STAKE, VALIDATOR_ROLE } from "../../support/contracts/market.ts";
import { signDigest } from "../../support/contracts/typed-data.ts";
import { findingOf } from "./audit-finding.ts";
import { answers } from "./deeds.ts";

type Wallet = Awaited<ReturnType<Market["fund"]>>;
type Audits = Awaited<ReturnType<typeof openAudits>>;

/** Two half strikes, for an answer that was not delivered. */
const UNDELIVERED = 2n;
const STRIKE_WINDOW = 90n * 24n * 3_600n;
const DAY_SECONDS = 24 * 3_600;
const JAIL_SECONDS = 30 * DAY_SECONDS;
/** Hours of secrets: longer than the staged life. */
export const CHAIN_LENGTH = 3_000;

export interface JudgedCast {
  readonly executor: Wallet;
  readonly client: Wallet;
  /** Brings proofs, without having committed to the first. */
  readonly reporter: Wallet;
  /** Jailed as an executor that never registered, then a validator. */
  readonly newcomer: Wallet;
  /** The dispute contract itself, for what it does only from its next versions on. */
  readonly judge: Sender;
}

/** Everybody whom judges will turn to. The dispute contract gets ether and a sender: the chain lets anybody send for it. */
export async function seatJudged(market: Market): Promise<JudgedCast> {
  const { networkHelpers, connection, disputes } = market;
  await networkHelpers.impersonateAccount(disputes.address);
  await networkHelpers.setBalance(disputes.address, 10n ** 20n);
  const judge = await connection.ethers.getSigner(disputes.address);
  const executor = await market.enrol("judged executor");
  const client = await market.open("judged client", executor.address, 100_000_000n);
  const [reporter, newcomer] = [await market.fund("reporter"), await market.fund("newcomer")];
  return { executor, client, reporter, newcomer, judge };
}

/** Settles three lanes and holds their tails: one goes to each party, and the third, which is returned, stays held. */
export async function disputeTails(market: Market, { executor, client, judge }: JudgedCast) {
  const { accounting, domain } = market;
  const deadline = await market.deadline();
  const lanes = [1n, 2n, 3n].map((lane) => answers({ domain, client, executor, deadline, lane }, 2));
  await accounting.send(
    executor,
    "settle",
    lanes.map(({ pair }) => pair),
  );
  const [released, refunded, held] = lanes.map(tailOf);
  for (const tail of [released, refunded, held]) await accounting.send(judge, "holdTail", tail);
  await accounting.send(judge, "releaseTail", released);
  await accounting.send(judge, "refundTail", refunded);
  return held;
}

const tailOf = ({ request: { client, executor, lane, nonce, ackedCost } }: SignedAnswer) => ({
  client,
  executor,
  lane,
  nonce,
  ackedCost,
});

/** Freezes twice, once of them for a while, and strikes. */
export async function freezeAndStrike(market: Market, { executor, judge }: JudgedCast): Promise<void> {
  const { stakeRegistry } = market;
  await stakeRegistry.send(judge, "freeze", id("open dispute"), executor.address, 5_000n);
  await stakeRegistry.send(judge, "freeze", id("short dispute"), executor.address, 7_000n);
  await stakeRegistry.send(judge, "unfreeze", id("short dispute"));
  await stakeRegistry.send(judge, "strike", executor.address, UNDELIVERED, 2n, STRIKE_WINDOW);
}

/**
 * Two equivocations, by the executor while most of its stake is on its way out, and by somebody without any stake; then two
 * offers of one id. The first reporter's share waits.
 */
export async function equivocate(market: Market, cast: JudgedCast): Promise<void> {
  const { accounting, stakeRegistry } = market;
  const { executor, reporter, newcomer } = cast;
  const client = await market.fund("wronged client");
  await accounting.send(client, "deposit", 3_000_000n);
  await stakeRegistry.send(executor, "unbond", (STAKE * 9n) / 10n);
  await proveTwoResponses(market, { executor, client, reporter, committed: false, settled: true });
  await proveTwoResponses(market, { executor: newcomer, client, reporter, committed: true, settled: false });
  await proveTwoOffers(market, cast);
}

async function proveTwoOffers({ disputes, deadline }: Market, { executor, reporter }: JudgedCast): Promise<void> {
  const offer = {
    executor: executor.address,
    offerId: 7n,
    model: id("tiny-llama"),
    weightsHash: id("weights"),
    profileHash: id("profile"),
    inboundPrice: 150_000n,
    outboundPrice: 600_000n,
    maxContext: 4_096n,
    validUntil: await deadline(),
  };
  const cheaper = { ...offer, outboundPrice: 1n };
  const signed = async (said: typeof offer) => signDigest(executor, (await disputes.read("hashOffer", said)) as string);
  const proof = {
    first: offer,
    second: cheaper,
    firstSignature: await signed(offer),
    secondSignature: await signed(cheaper),
  };
  await disputes.send(reporter, "proveOfferEquivocation", proof, id("no commitment"));
}

/** The newcomer takes the other role, with enough stake, and is in jail all the same. */
export async function changeRole({ stakeRegistry }: Market, { newcomer }: JudgedCast): Promise<void> {
  await stakeRegistry.send(newcomer, "registerAndStake", VALIDATOR_ROLE, PEER_ID, "", STAKE);
}

/** Shares are paid once nobody can have priority, given away and withdrawn. */
export async function collect(market: Market, { executor, reporter }: JudgedCast): Promise<void> {
  const { disputes, stakeRegistry, connection, networkHelpers } = market;
  await networkHelpers.time.increase(DAY_SECONDS);
  const pending = disputes.abi.getEvent("ReportPending");
  if (pending === null) throw new TypeError("the contract has no such event");
  const logs = await connection.ethers.provider.getLogs({
    address: disputes.address,
    topics: [pending.topicHash],
    fromBlock: 0,
  });
  for (const { topics } of logs) await disputes.send(executor, "payReport", topics[1]);
  const [treasury] = await connection.ethers.getSigners();
  if (treasury === undefined) throw new TypeError("the chain has no accounts");
  await stakeRegistry.send(treasury, "transferRewards", reporter.address, 1_000n);
  await stakeRegistry.send(reporter, "withdrawRewards", executor.address);
}

/** The executor brings back what is left of its stake, and is let out when its time is over; the newcomer stays. */
export async function leaveJail({ stakeRegistry, networkHelpers }: Market, { executor }: JudgedCast): Promise<void> {
  await stakeRegistry.send(executor, "cancelUnbond");
  await networkHelpers.time.increase(JAIL_SECONDS);
  await stakeRegistry.send(executor, "unjail");
}

/** Two epochs with a report: one on two executors, one empty. The validator then leaves, and its chain is dropped. */
export async function audit(market: Market, audits: Audits, executors: readonly Wallet[]): Promise<void> {
  const [validator, chain] = [audits.validator, audits.chain];
  const latest = BigInt(await market.networkHelpers.time.latest());
  const epoch = latest / audits.epochLength + 1n;
  await audits.fixSeed(epoch);
  await audits.fixSeed(epoch + 1n);
  const found = executors.map(({ address }, index) => findingOn(address.toLowerCase() as Address, index));
  await report(audits, chain, epoch, found);
  await audits.enter(epoch + 2n);
  await report(audits, chain, epoch + 1n, []);
  await market.stakeRegistry.send(validator, "unbond", STAKE);
  await audits.audits.send(executors[0] ?? validator, "dropChain", validator.address);
}

async function report(
  { audits, validator }: Audits,
  chain: AuditChain,
  epoch: bigint,
  found: readonly AuditFinding[],
): Promise<void> {
  const [rows = []] = auditReports(found);
  await audits.send(validator, "report", epoch, preimageAt(chain, epoch), rows);
}

/** The first passes, the next does not answer, the others fail. */
const findingOn = (executor: Address, index: number): AuditFinding =>
  findingOf(executor, (["passed", "unanswered", "failed"] as const)[Math.min(index, 2)] ?? "failed");

/** Ends the dispute that was frozen before everything was slashed, so that what waited for it is paid. */
export async function collectEverything(
  { stakeRegistry, disputes }: Market,
  { judge, reporter }: JudgedCast,
): Promise<void> {
  await stakeRegistry.send(judge, "unfreeze", id("open dispute"));
  await stakeRegistry.send(reporter, "collect", disputes.address, id("everything"));
}

/** Takes the whole stake of a registered executor, whatever it is. */
export async function slashEverything({ stakeRegistry }: Market, { executor, judge, reporter }: JudgedCast) {
  const order = {
    id: id("everything"),
    member: executor.address,
    offence: UNDELIVERED,
    restitution: 1_000_000n,
    penalty: MaxUint256,
    reporter: reporter.address,
    victim: reporter.address,
    jury: reporter.address,
    reporterShare: 2_000n,
    victimShare: 2_000n,
    juryShare: 2_000n,
    victimLimit: MaxUint256,
  };
  await stakeRegistry.send(judge, "slash", order);
  await stakeRegistry.send(judge, "jail", executor.address);
}
