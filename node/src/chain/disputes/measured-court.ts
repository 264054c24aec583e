import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { ZeroAddress } from "ethers";
import type { Chain } from "../chain.ts";
import { measured } from "../contracts.ts";
import { readFor } from "../reads.ts";
import { type findJudges, findMeasured } from "./judges.ts";

/** The contracts that a measured dispute has to do with. */
export interface MeasuredCourt {
  /** MeasuredDisputes. */
  readonly disputes: Address;
  readonly jury: Address;
  /** MeasuredDeposits: who pays a bond or an appeal allows it to take that. */
  readonly deposits: Address;
  readonly penalties: Address;
  /** `undefined` where disputes end without one. */
  readonly arbitrator: Address | undefined;
}

/** `undefined` for a deployment without measured disputes. `found`: as of `openJudges`. Throws what reads throw. */
export async function openMeasuredCourt(
  chain: Chain,
  found?: ReturnType<typeof findJudges>,
): Promise<MeasuredCourt | undefined> {
  const disputes = await findMeasured(chain, found);
  if (disputes === undefined) return undefined;
  const [jury, deposits, penalties, arbitrator] = await Promise.all(
    (["jury", "deposits", "penalties", "arbitrator"] as const).map((name) => readAddress(chain, disputes, name)),
  );
  if (jury === undefined || deposits === undefined || penalties === undefined) return undefined;
  return { disputes, jury, deposits, penalties, arbitrator };
}

type Named = "jury" | "deposits" | "penalties" | "arbitrator";

async function readAddress(chain: Chain, to: Address, name: Named): Promise<Address | undefined> {
  const answer = await askCourt(chain, to, measured.encode(name));
  const found = String(measured.parsed.decodeFunctionResult(name, answer)[0]).toLowerCase() as Address;
  return found === ZeroAddress ? undefined : found;
}

/** A view of one of the court's contracts, at the latest block. */
export const askCourt = async (chain: Chain, to: Address, data: Hex): Promise<Hex> =>
  (await readFor("the measured dispute", chain.provider.call({ to, data }))) as Hex;
