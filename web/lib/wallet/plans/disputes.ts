import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { deliveryDisputesFacts } from "@lloom/protocol/generated/facts";
import { addressOf } from "@lloom/protocol/identifiers";
import type { Result } from "ethers/abi";
import { formatDuration } from "../../format.ts";
import { CONTRACTS, encodeCall, readContract } from "../contracts.ts";
import { type Read, readId } from "../fields.ts";
import type { Plan, Planned } from "../plan.ts";
import { askRecord, type Provider } from "../provider.ts";
import { ether } from "./payouts.ts";
import { callOf, moment, money, planned, type Situation } from "./situation.ts";

/** What the index has of the settlement that a dispute is about. */
export interface DisputedSettlement {
  readonly id: string;
  readonly transactionHash: Hex;
  readonly responseHash: Hex;
  readonly client: Address;
  readonly executor: Address;
  readonly tailPaid: bigint;
}

const { REVEAL_WINDOW, CHALLENGE_WINDOW, REPORTER_SHARE, State } = deliveryDisputesFacts;
const NO_COURT = "This deployment has no contract for disputes about deliveries that the index knows of.";

/** Both signatures of a settled answer, as calldata has them. */
interface SettledPair {
  readonly pair: readonly unknown[];
  readonly outboundTokens: bigint;
  readonly deadline: bigint;
}

const SELECTORS = ["settle", "processRequest"].map(
  (name) => CONTRACTS.AccountingV2.getFunction(name)?.selector.slice(2) ?? "",
);

/** A settlement call at every place of the data where one may begin: it may have gone through another contract. */
function* callsIn(data: string): Generator<string> {
  for (const selector of SELECTORS) {
    for (let at = data.indexOf(selector); at >= 0; at = data.indexOf(selector, at + 2)) {
      if (at % 2 === 0) yield `0x${data.slice(at)}`;
    }
  }
}

/** The pairs of a call: request, response and both signatures; none of data that only look like one. */
function pairsOf(data: string): readonly Result[] {
  try {
    const call = CONTRACTS.AccountingV2.parseTransaction({ data });
    if (call === null) return [];
    return call.name === "processRequest" ? [call.args] : [...(call.args[0] as Result)];
  } catch {
    return [];
  }
}

/** The signed pair whose response has this digest, out of the data of the transaction that settled it: events hold digests alone. */
export function findPair(
  data: string,
  domain: { readonly chainId: bigint; readonly accounting: Address },
  responseHash: Hex,
): SettledPair | undefined {
  const hasher = createCommitmentHasher(domain);
  for (const call of callsIn(data)) {
    for (const pair of pairsOf(call)) {
      const [request, response] = pair as unknown as readonly [Result, Result];
      const found = response.toObject();
      if (hasher.hashResponse(found as never) !== responseHash) continue;
      return { pair: [...pair], outboundTokens: found["outboundTokens"], deadline: request.toObject()["deadline"] };
    }
  }
  return undefined;
}

/** Says that a settled answer never came. */
export async function planDispute(
  situation: Situation,
  provider: Provider,
  settlement: DisputedSettlement | undefined,
): Promise<Planned> {
  const disputed = await readSettled(situation, provider, settlement);
  if ("problem" in disputed) return { problems: { settlement: disputed.problem } };
  const { found, court, of } = disputed.value;
  const view = { contract: "DeliveryDisputes", to: court, name: "bondFor", values: [found.outboundTokens] } as const;
  const asked = (await readContract(provider, view))[0] as bigint;
  // Base fees move: what is too much is credited.
  const bond = (asked * 5n) / 4n;
  const { facts } = situation;
  return {
    plan: {
      title: "Dispute a missing answer",
      effects: [
        `This says that ${of.executor} was paid for an answer of settlement ${of.id} that never came.`,
        `${ether(bond)} leave the wallet ${facts.address} as a bond to DeliveryDisputes at ${court}; what is more than the ${ether(asked)} that it asks for now is credited back.`,
        `The executor has until about ${moment(facts.seconds + REVEAL_WINDOW)} (${formatDuration(Number(REVEAL_WINDOW))}) to publish the answer, or to show that this account acknowledged it. If it publishes it, the bond pays for that and the rest comes back; if it shows an acknowledgement, the bond is lost.`,
        `If it does neither, the ${money(situation, of.tailPaid)} of the last answer come back, the executor loses stake, and the bond comes back.`,
        "The answer's text becomes public if the executor reveals it.",
      ],
      calls: [
        {
          ...{ what: "Open the dispute", contract: "DeliveryDisputes", to: court, value: bond },
          data: encodeCall("DeliveryDisputes", "open", [found.pair]),
        },
      ],
    },
  };
}

interface Disputed {
  readonly found: SettledPair;
  readonly court: Address;
  readonly of: DisputedSettlement;
}

async function readSettled(
  { facts, deployment, judges }: Situation,
  provider: Provider,
  of: DisputedSettlement | undefined,
): Promise<Read<Disputed>> {
  if (judges.delivery === undefined) return { problem: NO_COURT };
  if (of === undefined)
    return { problem: "Choose the settlement on its own page, and follow “Dispute it” from there." };
  if (of.tailPaid === 0n)
    return { problem: "The last answer of this settlement was not paid, so that nothing can be disputed." };
  const transaction = await askRecord(provider, "eth_getTransactionByHash", [of.transactionHash]);
  const data = transaction?.["input"] ?? transaction?.["data"];
  if (typeof data !== "string") return { problem: "The wallet's chain does not know the transaction that settled it." };
  const found = findPair(data, deployment, of.responseHash);
  if (found === undefined) {
    return {
      problem:
        "The transaction does not hold the signed pair in the open. Use the command lloom dispute open, with the client's own receipt.",
    };
  }
  const until = found.deadline + CHALLENGE_WINDOW;
  if (until < facts.seconds) return { problem: `It could be disputed until ${moment(until)}.` };
  return { value: { found, court: judges.delivery, of } };
}

interface OpenDispute {
  readonly id: Hex;
  readonly court: Address;
  readonly opener: Address | undefined;
  readonly executor: string;
  readonly client: string;
  readonly revealBy: bigint;
  readonly paid: bigint;
  readonly penalty: bigint;
  readonly bond: bigint;
}

async function readOpenDispute({ typed, judges }: Situation, provider: Provider): Promise<Read<OpenDispute>> {
  const id = readId(typed.dispute ?? "", "the dispute's id");
  if ("problem" in id) return id;
  if (judges.delivery === undefined) return { problem: NO_COURT };
  const view = { contract: "DeliveryDisputes", to: judges.delivery, name: "deliveries", values: [id.value] } as const;
  const found = (await readContract(provider, view)).toObject();
  const state = State[Number(found["state"])];
  if (state === "None")
    return {
      problem: "There is no delivery dispute with this id; one about a model or counts is moved on by lloom dispute.",
    };
  if (state !== "Open") return { problem: `This dispute is over: ${state?.toLowerCase()}.` };
  const { revealBy, paid, penalty, bond } = found;
  return {
    value: {
      ...{
        id: id.value,
        court: judges.delivery,
        opener: addressOf(String(found["opener"])),
        revealBy,
        paid,
        penalty,
        bond,
      },
      ...{ executor: String(found["executor"]).toLowerCase(), client: String(found["client"]).toLowerCase() },
    },
  };
}

const endCall = ({ id, court }: OpenDispute, what: string, name: "cancel" | "poke") =>
  callOf({ what, contract: "DeliveryDisputes", to: court, name, values: [id] });

/** Takes back a dispute that the account opened. */
export async function planCancelDispute(situation: Situation, provider: Provider): Promise<Planned> {
  const read = await readOpenDispute(situation, provider);
  const { address } = situation.facts;
  const dispute: Read<OpenDispute> =
    "value" in read && read.value.opener !== address
      ? { problem: `Only who opened it can withdraw it: ${read.value.opener}.` }
      : read;
  return planned(
    { dispute },
    ({ dispute }): Plan => ({
      title: "Withdraw the dispute",
      effects: [
        `The bond of ${ether(dispute.bond)} is credited back to ${address}, and is taken out by “Claim bonds”.`,
        `The ${money(situation, dispute.paid)} of the answer are the executor's again. The answer cannot be disputed a second time.`,
      ],
      calls: [endCall(dispute, "Withdraw the dispute", "cancel")],
    }),
  );
}

const WHOLE = 10_000n;

/** Ends a dispute that the executor has not answered. */
export async function planEndDispute(situation: Situation, provider: Provider): Promise<Planned> {
  const read = await readOpenDispute(situation, provider);
  const dispute: Read<OpenDispute> =
    "value" in read && read.value.revealBy >= situation.facts.seconds
      ? { problem: `The executor has until ${moment(read.value.revealBy)} to answer, by the chain's clock.` }
      : read;
  return planned(
    { dispute },
    ({ dispute }): Plan => ({
      title: "End the dispute",
      effects: [
        `${dispute.executor} did not answer in time: ${money(situation, dispute.paid)} go back to ${dispute.client}, and up to ${money(situation, dispute.penalty)} of its stake are slashed.`,
        `Whoever ends it gets ${(REPORTER_SHARE * 100n) / WHOLE} % of what is slashed, as rewards in StakeRegistry; the bond goes back to ${dispute.opener}.`,
      ],
      calls: [endCall(dispute, "End the dispute", "poke")],
    }),
  );
}
