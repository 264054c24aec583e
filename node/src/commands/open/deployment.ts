import type { Address } from "@lloom/protocol/commitment-types";
import { type NetworkBook, networkNamed } from "@lloom/protocol/networks";
import type { Chain } from "../../chain/chain.ts";
import { need } from "../../config.ts";
import { LloomError } from "../../errors.ts";
import type { Settings } from "../../settings.ts";

/** The contracts that a command works with. */
export interface ChosenDeployment {
  readonly accounting: Address;
  /** Block where searches of the chain's past begin. */
  readonly startBlock: number;
  /** Refuses a chain that is not the deployment's. Throws CHAIN_MISMATCH. */
  readonly check: (chain: Chain) => Chain;
}

/** The deployment's Audits, whatever the settings say themselves first. Throws CONFIG_INVALID. */
export const chosenAudits = ({ network, audits }: Settings): Address =>
  network === undefined ? need(audits, "audits") : (audits ?? networkNamed(network).contracts.Audits);

/** What the settings choose: a network of the address book, whatever they say themselves first. Throws CONFIG_INVALID. */
export function chosenDeployment(
  { network, accounting, startBlock, rpc }: Settings,
  book?: NetworkBook,
): ChosenDeployment {
  if (network === undefined) return { accounting: need(accounting, "accounting"), startBlock, check: (chain) => chain };
  const known = networkNamed(network, book);
  return {
    accounting: accounting ?? known.contracts.AccountingV2,
    startBlock: startBlock === 0 ? known.startBlock : startBlock,
    check(chain) {
      if (chain.domain.chainId === BigInt(known.chainId)) return chain;
      throw new LloomError(
        "CHAIN_MISMATCH",
        `The RPC server is of chain ${chain.domain.chainId}, and ${network} is chain ${known.chainId}.`,
        { next: `Give --rpc a server of ${network}; it is ${new URL(rpc).origin} now.` },
      );
    },
  };
}
