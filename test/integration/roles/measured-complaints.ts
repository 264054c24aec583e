/** What tests of measured disputes share: a bench of jurors, complaints opened by hand, and everybody's money. */
import type { Hex, Receipt } from "@lloom/protocol/commitment-types";
import { hashEvidence } from "@lloom/protocol/evidence-hash";
import { juryFacts } from "@lloom/protocol/generated/facts";
import { peerIdBytes } from "@lloom/protocol/peer-id";
import { hashVote, type VoteChoice } from "@lloom/protocol/votes";
import { faucet, registerAndStake, senderOf } from "../../../node/src/chain/actions.ts";
import { approveCall } from "../../../node/src/chain/calls.ts";
import { type Chain, openChain } from "../../../node/src/chain/chain.ts";
import { readHeader } from "../../../node/src/chain/draw-header.ts";
import { readJurors, readPanel } from "../../../node/src/chain/jury.ts";
import {
  commitVoteCall,
  drawCall,
  enlistCall,
  openMeasuredCall,
  pokeMeasuredCall,
  revealVoteCall,
} from "../../../node/src/chain/measured-calls.ts";
import { type MeasuredCourt, openMeasuredCourt } from "../../../node/src/chain/measured-court.ts";
import {
  type MeasuredDispute,
  type MeasuredKind,
  readCredit,
  readDisputeAbout,
  readMeasured,
} from "../../../node/src/chain/measured-disputes.ts";
import { readDeposit, readMember, readTokenBalance } from "../../../node/src/chain/reads.ts";
import { LloomError } from "../../../node/src/errors.ts";
import type { Identity } from "../../../node/src/wallet/identity.ts";
import { HOUR, idOf, later } from "./disputed-deliveries.ts";
import { askAll, type Buyer, DOLLAR, log, type Member, question, until, World } from "./world.ts";

const VALIDATOR_STAKE = 500n * DOLLAR;
const DAY = 24 * HOUR;
const SALT: Hex = `0x${"5a".repeat(32)}`;

/** A validator that can be drawn. */
export interface Juror {
  readonly identity: Identity;
  readonly chain: Chain;
}

/** A world with so many enlisted validators that have been active for more than a week. */
export async function courtWorld(size: number): Promise<{ world: World; bench: Juror[]; court: MeasuredCourt }> {
  const bench: Juror[] = [];
  const before = async (world: World): Promise<void> => {
    bench.push(...(await Promise.all(Array.from({ length: size }, () => enrol(world)))));
    // The chain's clock comes up to everybody's.
    const latest = (await world.chain.request("eth_getBlockByNumber", "latest", false)) as { timestamp: Hex };
    await later(world, Math.floor(Date.now() / 1000) - Number(latest.timestamp));
  };
  const world = await World.start({ ageSeconds: 8 * DAY, before });
  const [first] = bench;
  const court = first && (await openMeasuredCourt(first.chain));
  if (court === undefined) throw new LloomError("INTERNAL", "The world has no court.");
  return { world, bench, court };
}

async function enrol(world: World): Promise<Juror> {
  const identity = await world.nextIdentity();
  const { accounting } = world.deployment;
  const signal = new AbortController().signal;
  const chain = await openChain({ rpcUrl: world.chain.rpcUrl, accounting, identity, signal, log });
  world.keep(chain);
  await faucet(chain);
  const peerId = peerIdBytes(identity.secret);
  await registerAndStake(chain, { role: "validator", peerId, metadataURI: "", amount: VALIDATOR_STAKE });
  const court = await openMeasuredCourt(chain);
  if (court !== undefined) await senderOf(chain).send(enlistCall(court));
  return { identity, chain };
}

/** The receipt of an answer of the only executor that offers a model: asked again until its offer has come around. */
export async function bought(buyer: Buyer, model: string): Promise<Receipt> {
  let receipt: Receipt | undefined;
  await until(`${model} is sold`, async () => {
    receipt = await askAll(buyer, question("?", { model })).then(
      ({ end }) => end.receipt,
      () => undefined,
    );
    return receipt !== undefined;
  });
  return receipt as Receipt;
}

/** A client complains of an answer of its own, whatever its node thinks of that. */
export async function complain(
  { chain }: Member,
  court: MeasuredCourt,
  { receipt, kind = "WrongModel", counted }: { receipt: Receipt; kind?: MeasuredKind; counted?: [number, number] },
): Promise<Hex> {
  const [inboundTokens = 0, outboundTokens = 0] = counted ?? [];
  await senderOf(chain).send(await approveCall(chain, court.deposits, 100n * DOLLAR));
  await senderOf(chain).send(
    openMeasuredCall(court, {
      kind,
      evidenceHash: hashEvidence([idOf(chain, receipt)]),
      answers: [{ receipt, counted: { inboundTokens, outboundTokens } }],
      maxBond: 100n * DOLLAR,
    }),
  );
  const id = await readDisputeAbout(chain, court, receipt.request);
  if (id === undefined) throw new LloomError("INTERNAL", "The dispute is not there.");
  return id;
}

/** Waits until a dispute stands so. */
export async function standsAt(
  { chain }: Pick<Member, "chain">,
  court: MeasuredCourt,
  { id, state }: { readonly id: Hex; readonly state: MeasuredDispute["state"] },
): Promise<MeasuredDispute> {
  await until(`the dispute is at ${state}`, async () => (await readMeasured(chain, court, id)).state === state);
  return readMeasured(chain, court, id);
}

/** One by one: blocks that are mined in one call have no parents, which a watch takes for a reorganisation. */
export async function mineToDraw(world: World): Promise<void> {
  for (let mined = 0n; mined <= juryFacts.DRAW_DELAY; mined++) await world.chain.request("evm_mine");
}

/** Draws the panel that was asked for, by the first of the bench, unless somebody else has. */
export async function drawPanel(world: World, { chain }: Juror, court: MeasuredCourt, id: Hex): Promise<void> {
  await mineToDraw(world);
  const { phase, drawBlock } = await readPanel(chain, court, id);
  const header = phase === "drawing" ? await readHeader(chain, drawBlock) : undefined;
  if (header !== undefined)
    await senderOf(chain)
      .send(drawCall(court, id, header))
      .catch(() => undefined);
  await until("the panel is drawn", async () => (await readPanel(chain, court, id)).phase !== "drawing");
}

/** The jurors of the newest panel vote by hand, in the order of their drawing; both periods pass. */
export async function voteByHand(
  world: World,
  bench: readonly Juror[],
  court: MeasuredCourt,
  { id, votes }: { readonly id: Hex; readonly votes: readonly VoteChoice[] },
): Promise<void> {
  const [first] = bench;
  if (first === undefined) throw new LloomError("INTERNAL", "The bench is empty.");
  const { round } = await readPanel(first.chain, court, id);
  const seated = await readJurors(first.chain, court, { id, round });
  const seats = seated.flatMap((address, index) => {
    const juror = bench.find(({ identity }) => identity.address === address);
    const choice = votes[index];
    return juror === undefined || choice === undefined ? [] : [{ juror, choice }];
  });
  for (const { juror, choice } of seats) {
    const vote = { disputeId: id, round, juror: juror.identity.address, choice, salt: SALT };
    await senderOf(juror.chain).send(commitVoteCall(court, id, hashVote(vote)));
  }
  const { phase } = await readPanel(first.chain, court, id);
  if (phase === "commit") await later(world, DAY);
  for (const { juror, choice } of seats)
    await senderOf(juror.chain).send(revealVoteCall(court, id, { juror: juror.identity.address, choice, salt: SALT }));
  await later(world, DAY + 12 * HOUR);
}

/** Moves a dispute on by hand, unless nothing is due. */
export const poke = async ({ chain }: Juror, court: MeasuredCourt, id: Hex): Promise<void> =>
  void (await senderOf(chain)
    .send(pokeMeasuredCall(court, id))
    .catch(() => undefined));

/** All that somebody has in payment tokens, wherever it is: base units. */
export async function wealth({ chain, identity }: Pick<Member, "chain" | "identity">, court: MeasuredCourt) {
  const { address } = identity;
  const { credited, withdrawn } = await chain.contracts.stakeRegistry.rewards(address);
  return {
    wallet: await readTokenBalance(chain, address),
    deposit: await readDeposit(chain, address),
    stake: (await readMember(chain, address)).stake,
    /** Settled ever, less what was taken back. */
    settled: (await chain.contracts.accounting.earnings(address)).settled,
    shares: credited - withdrawn,
    credit: await readCredit(chain, court, address),
  };
}
