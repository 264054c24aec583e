import { encodeHeader, type RpcBlock } from "@lloom/protocol/block-headers";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { hashVote } from "@lloom/protocol/votes";
import { id, MaxUint256, toQuantity, type Wallet } from "ethers";
import { LANE_START, type LaneParties, signAnswer } from "../support/contracts/lane.ts";
import { type Market, PEER_ID, STAKE, VALIDATOR_ROLE } from "../support/contracts/market.ts";
import { gasOf } from "./figures.ts";
import type { GasFigure } from "./rows.ts";

const WRONG_MODEL = 0n;
const EVIDENCE = id("evidence");
const SALT = id("a juror's secret") as Hex;
const VALIDATORS = 12;
const MOST_ANSWERS = 64;
const ANSWER = { inboundTokens: 812n, outboundTokens: 345n };
/** The most gas that one transaction may use (EIP-7825). */
const MOST_GAS = 2 ** 24;

const WEEK_SECONDS = 7 * 24 * 3_600;
const COMMIT_SECONDS = 24 * 3_600;
const REVEAL_SECONDS = 12 * 3_600;
const APPEAL_SECONDS = 24 * 3_600;
/** Blocks until the one that gives the seed is known. */
const DRAW_BLOCKS = 65;

/** Jurors that can be drawn. */
async function enlistJurors({ fund, stakeRegistry, jury, networkHelpers }: Market): Promise<Map<string, Wallet>> {
  const jurors = new Map<string, Wallet>();
  for (let i = 0; i < VALIDATORS; i++) {
    const validator = await fund(`juror ${i}`);
    await stakeRegistry.send(validator, "registerAndStake", VALIDATOR_ROLE, PEER_ID, "", STAKE);
    await jury.send(validator, "enlist");
    jurors.set(validator.address, validator);
  }
  await networkHelpers.time.increase(WEEK_SECONDS);
  return jurors;
}

/** A dispute about the model behind answers, from its opening to a verdict against the executor. */
export async function measureMeasured(market: Market): Promise<GasFigure[]> {
  const { accounting, measured, deposits, jury, token, networkHelpers, domain, connection } = market;
  const jurors = await enlistJurors(market);
  const executor = await market.enrol("measured executor");
  const client = await market.open("measuring client", executor.address);
  await market.fund("measuring client"); // For the bonds.
  await token.send(client, "approve", deposits.address, MaxUint256);
  let lane = 0n;

  /** Settles answers in lanes of their own and complains of them. */
  const open = async (count: number) => {
    const deadline = await market.deadline();
    const answers = Array.from({ length: count }, () => {
      const parties: LaneParties = { domain, client, executor, deadline, lane: ++lane };
      return signAnswer(parties, LANE_START, ANSWER);
    });
    await accounting.send(
      executor,
      "settle",
      answers.map(({ pair }) => pair),
    );
    const list = answers.map(({ pair }) => ({
      pair,
      consent: pair.clientSignature,
      inboundTokens: 0,
      outboundTokens: 0,
    }));
    const receipt = await measured.send(client, "open", WRONG_MODEL, EVIDENCE, list, MaxUint256);
    const opened = measured.events(receipt).find(({ name }) => name === "MeasuredOpened");
    return { gas: gasOf(receipt), dispute: opened?.args["id"] as Hex };
  };

  /** The executor answers, and all five jurors find another model. */
  const conclude = async (dispute: Hex) => {
    await measured.send(executor, "answer", dispute, EVIDENCE);
    await networkHelpers.mine(DRAW_BLOCKS);
    const { drawBlock } = (await jury.read("panelOf", dispute, 1)) as { drawBlock: bigint };
    const block = await connection.ethers.provider.send("eth_getBlockByNumber", [toQuantity(drawBlock), false]);
    const draw = gasOf(await jury.send(client, "draw", dispute, encodeHeader(block as RpcBlock)));
    const panel = (await jury.read("jurorsOf", dispute, 1)) as string[];
    let [commit, reveal] = [0, 0];
    for (const juror of panel) {
      const vote = { disputeId: dispute, round: 1, juror: juror.toLowerCase() as Address, salt: SALT };
      const commitment = hashVote({ ...vote, choice: "Mismatch" });
      commit = gasOf(await jury.send(jurors.get(juror) ?? client, "commit", dispute, commitment));
    }
    await networkHelpers.time.increase(COMMIT_SECONDS);
    for (const juror of panel) reveal = gasOf(await jury.send(client, "reveal", dispute, juror, 1, SALT));
    await networkHelpers.time.increase(REVEAL_SECONDS);
    const count = gasOf(await measured.send(client, "poke", dispute));
    await networkHelpers.time.increase(APPEAL_SECONDS);
    const close = gasOf(await measured.send(client, "poke", dispute));
    return { draw, commit, reveal, count, close };
  };

  await conclude((await open(1)).dispute); // The first dispute writes slots that are empty.
  const one = await open(1);
  const { draw, commit, reveal, count, close } = await conclude(one.dispute);
  const most = await open(MOST_ANSWERS);
  const mostConcluded = await conclude(most.dispute);
  return [
    { name: "measured.open@1", value: one.gas },
    { name: "measured.open@64", value: most.gas, target: MOST_GAS },
    { name: "jury.draw", value: draw },
    { name: "jury.commit", value: commit },
    { name: "jury.reveal", value: reveal },
    { name: "measured.count", value: count },
    { name: "measured.close@1", value: close },
    { name: "measured.close@64", value: mostConcluded.close, target: MOST_GAS },
  ];
}
