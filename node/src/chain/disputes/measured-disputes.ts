import { type Address, type Hex, type RequestCommitment, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { type EnumName, enumName, enumNumber } from "@lloom/protocol/contract-enums";
import { juryFacts, measuredDepositsFacts, measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import type { Chain } from "../chain.ts";
import { measured, measuredDeposits, measuredPenalties } from "../contracts.ts";
import { askCourt, type MeasuredCourt } from "./measured-court.ts";

const { Kind, State, Outcome } = measuredDisputesFacts;
/** Another model than signed, or more tokens than there were. */
export type MeasuredKind = (typeof Kind)[number];
/** Where a measured dispute stands; `none` is not there, or not any more. */
export type MeasuredState = Lowercase<EnumName<typeof State>>;
/** How it ended; `none` while it has not. */
export type MeasuredOutcome = Lowercase<EnumName<typeof Outcome>>;
/** What a panel or the arbitrator found. */
export type MeasuredVerdict = Lowercase<EnumName<typeof juryFacts.Verdict>>;

/** A measured dispute, as its contract has it. */
export interface MeasuredDispute {
  readonly id: Hex;
  readonly challenger: Address;
  readonly executor: Address;
  readonly state: MeasuredState;
  readonly kind: MeasuredKind | "Unknown";
  readonly outcome: MeasuredOutcome;
  readonly verdict: MeasuredVerdict;
  /** 1, or 2 once a second jury is asked. */
  readonly round: number;
  /** Chain seconds: the last one of the state; zero where it has none of its own. */
  readonly until: bigint;
  /** Base units: of a juror, and of the arbitrator. */
  readonly fee: bigint;
  readonly arbitrationCost: bigint;
}

/** A measured dispute by its id. */
export async function readMeasured(chain: Chain, { disputes }: MeasuredCourt, id: Hex): Promise<MeasuredDispute> {
  const answer = await askCourt(chain, disputes, measured.encode("disputeAt", [id]));
  const [found] = measured.parsed.decodeFunctionResult("disputeAt", answer);
  return {
    id,
    challenger: lowerCase(found["challenger"]),
    executor: lowerCase(found["executor"]),
    state: small(enumName(State, found["state"])),
    kind: enumName(Kind, found["kind"]),
    outcome: small(enumName(Outcome, found["outcome"])),
    verdict: small(enumName(juryFacts.Verdict, found["verdict"])),
    round: Number(found["round"]),
    until: found["until"],
    fee: found["fee"],
    arbitrationCost: found["arbitrationCost"],
  };
}

/** Whether nothing has ended it yet. */
export const isOpen = ({ state }: Pick<MeasuredDispute, "state">): boolean => state !== "none" && state !== "closed";

/** Id of the dispute about an answer; `undefined` while there is none. */
export async function readDisputeAbout(
  chain: Chain,
  { disputes }: MeasuredCourt,
  { client, executor, lane, nonce }: Pick<RequestCommitment, "client" | "executor" | "lane" | "nonce">,
): Promise<Hex | undefined> {
  const id = await askCourt(chain, disputes, measured.encode("disputeOf", [client, executor, lane, nonce]));
  return id === ZERO_HASH ? undefined : id;
}

/** What was paid for an open dispute; base units, zero once it is over. */
export interface DisputeDeposits {
  readonly bond: bigint;
  /** For the second jury, and for the arbitrator. */
  readonly appeal: bigint;
  readonly appellant: Address;
  readonly ruling: bigint;
  readonly rulingAppellant: Address;
}

export async function readDeposits(chain: Chain, { deposits }: MeasuredCourt, id: Hex): Promise<DisputeDeposits> {
  const answer = await askCourt(chain, deposits, measuredDeposits.encode("deposits", [id]));
  const found = measuredDeposits.parsed.decodeFunctionResult("deposits", answer);
  return {
    bond: found["bond"],
    appeal: found["appeal"],
    appellant: lowerCase(found["appellant"]),
    ruling: found["ruling"],
    rulingAppellant: lowerCase(found["rulingAppellant"]),
  };
}

/** Base units that an appeal against the verdict asks for; `undefined` where there is nobody to appeal to. */
export function appealDeposit(
  { arbitrator }: MeasuredCourt,
  { round, arbitrationCost }: Pick<MeasuredDispute, "round" | "arbitrationCost">,
  { bond }: Pick<DisputeDeposits, "bond">,
): bigint | undefined {
  if (round < Number(measuredDisputesFacts.LAST_ROUND)) return measuredDepositsFacts.APPEAL_BONDS * bond;
  return arbitrator === undefined ? undefined : arbitrationCost;
}

/** What complaining of an executor costs now: base units. */
export interface BondQuote {
  readonly bond: bigint;
  /** What the executor may lose by it. */
  readonly penalty: bigint;
}

/** What opening a dispute costs now. Throws CHAIN_MISMATCH when the executor has less at stake than the smallest penalty. */
export async function quoteBond(
  chain: Chain,
  { deposits, penalties }: MeasuredCourt,
  asked: { readonly kind: MeasuredKind; readonly executor: Address; readonly overcharge: bigint },
): Promise<BondQuote> {
  const terms = [enumNumber(Kind, asked.kind), asked.executor, asked.overcharge];
  const penalty = BigInt(await askCourt(chain, penalties, measuredPenalties.encode("penaltyFor", terms)));
  const answer = await askCourt(chain, deposits, measuredDeposits.encode("bondFor", [penalty]));
  return { bond: measuredDeposits.parsed.decodeFunctionResult("bondFor", answer)["bond"], penalty };
}

const small = <Name extends string>(name: Name): Lowercase<Name> => name.toLowerCase() as Lowercase<Name>;
const lowerCase = (address: unknown): Address => String(address).toLowerCase() as Address;
