import { type Address, type Hex, type RequestCommitment, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { type EnumName, enumName } from "@lloom/protocol/contract-enums";
import { juryFacts, measuredDisputesFacts } from "@lloom/protocol/generated/facts";
import type { Chain } from "./chain.ts";
import { jury, measured } from "./contracts.ts";
import { findMeasured } from "./judges.ts";
import { readFor } from "./reads.ts";

/** The contracts that measured disputes are before. */
export interface MeasuredCourt {
  readonly disputes: Address;
  readonly jury: Address;
}

/** A measured dispute, as far as it says who has to do with it. */
export interface MeasuredCase {
  readonly id: Hex;
  readonly challenger: Address;
  readonly state: EnumName<typeof measuredDisputesFacts.State>;
}

/** `undefined` for a deployment without measured disputes. Throws what reads throw. */
export async function openMeasuredCourt(chain: Chain): Promise<MeasuredCourt | undefined> {
  const disputes = await findMeasured(chain);
  if (disputes === undefined) return undefined;
  const answer = await ask(chain, disputes, measured.encode("jury"));
  return { disputes, jury: lowerCase(measured.parsed.decodeFunctionResult("jury", answer)[0]) };
}

/** The dispute about an answer; `undefined` while there is none. */
export async function readCaseAbout(
  chain: Chain,
  { disputes }: MeasuredCourt,
  { client, executor, lane, nonce }: Pick<RequestCommitment, "client" | "executor" | "lane" | "nonce">,
): Promise<MeasuredCase | undefined> {
  const id = await ask(chain, disputes, measured.encode("disputeOf", [client, executor, lane, nonce]));
  if (id === ZERO_HASH) return undefined;
  const answer = await ask(chain, disputes, measured.encode("disputeAt", [id]));
  const [found] = measured.parsed.decodeFunctionResult("disputeAt", answer);
  return {
    id,
    challenger: lowerCase(found["challenger"]),
    state: enumName(measuredDisputesFacts.State, found["state"]),
  };
}

/** Whether nothing has ended it yet. */
export const isOpen = ({ state }: Pick<MeasuredCase, "state">): boolean => state !== "None" && state !== "Closed";

/** Whether somebody was drawn for a panel of a case. */
export async function readSeat(
  chain: Chain,
  court: MeasuredCourt,
  { id, juror }: { readonly id: Hex; readonly juror: Address },
): Promise<boolean> {
  const answer = await ask(chain, court.jury, jury.encode("votes", [id, juror]));
  const round: bigint = jury.parsed.decodeFunctionResult("votes", answer)["round"];
  return round > 0n && round !== juryFacts.PARTY;
}

const ask = async (chain: Chain, to: Address, data: Hex): Promise<Hex> =>
  (await readFor("the measured dispute", chain.provider.call({ to, data }))) as Hex;

const lowerCase = (address: unknown): Address => String(address).toLowerCase() as Address;
