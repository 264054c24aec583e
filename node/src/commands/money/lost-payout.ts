import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { ZeroAddress } from "ethers";
import type { Chain } from "../../chain/chain.ts";
import { delivery } from "../../chain/contracts.ts";
import { readView } from "../../chain/reads.ts";
import { LloomError } from "../../errors.ts";

/** By one of these two every contract of a deployment, but for its arbitrator, says which one it is of. */
const OF = ["accounting", "stakeRegistry"] as const;

/**
 * Refuses to pay out to a contract of the deployment, or to nobody: none of them has a way to give it back. A wallet that is a
 * contract is a wallet. Throws COMMAND_INVALID, and what reads throw.
 */
export async function refuseLostPayout(chain: Chain, to: Address): Promise<void> {
  const { accounting, stakeRegistry, paymentToken } = chain;
  const known: readonly Address[] = [accounting, stakeRegistry, paymentToken, ZeroAddress as Address];
  if (known.includes(to) || (await isOfDeployment(chain, to)))
    throw new LloomError("COMMAND_INVALID", `${to} is no wallet: what is paid there is lost.`, {
      next: "Give --to the address of a wallet. Nothing was sent.",
    });
}

async function isOfDeployment(chain: Chain, to: Address): Promise<boolean> {
  const named = await Promise.all(
    OF.map((name) => readView(chain, "what is at --to", { to, data: delivery.encode(name) })),
  );
  return named.some((answer, index) => addressIn(answer) === chain[OF[index] ?? "accounting"]);
}

/** `undefined` for whatever is no address. */
const addressIn = (answer: Hex | undefined): string | undefined =>
  answer?.length === 66 ? `0x${answer.slice(-40)}` : undefined;
