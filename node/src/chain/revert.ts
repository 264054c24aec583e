import type { TokenUnit } from "@lloom/protocol/amounts";
import { type DecodedError, type Revert, revertOf } from "@lloom/protocol/revert/words";
import { Interface } from "ethers";
import {
  accountingInterface,
  audits,
  delivery,
  equivocation,
  jury,
  measured,
  measuredDeposits,
  measuredPenalties,
  stakeRegistryInterface,
  tokenInterface,
} from "./contracts.ts";

/** Refusals of the payment token or of what it calls: none of Lloom's contracts gives its reasons in words. */
export const OF_TOKEN: ReadonlySet<string> = new Set(["Error", "EnforcedPause", "SafeERC20FailedOperation"]);

/** Whether an error's name is one of Lloom's contracts; tokens have those of ERC-6093 and their own. */
export const isOwnError = (name: string): boolean =>
  name !== "unknown" && !OF_TOKEN.has(name) && !name.startsWith("ERC20");

/** What revert data say. */
export const decodeRevert = (data: string | null | undefined, unit?: TokenUnit): Revert => revertOf(data, parse, unit);

/** Whose errors are known. */
const CONTRACTS = [
  // OpenZeppelin's, of tokens that can be paused.
  new Interface(["error EnforcedPause()"]),
  ...[accountingInterface, stakeRegistryInterface, tokenInterface],
  ...[delivery, equivocation, measured, measuredDeposits, measuredPenalties, jury, audits].map(({ parsed }) => parsed),
];

function parse(data: string): DecodedError | undefined {
  for (const contract of CONTRACTS) {
    try {
      const found = contract.parseError(data);
      if (found === null) continue;
      return { name: found.name, inputs: found.fragment.inputs.map(({ name }) => name), args: found.args };
    } catch {
      // Known selector with other values behind it: not ours.
    }
  }
  return undefined;
}
