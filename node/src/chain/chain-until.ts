import type { ContractRunner } from "ethers";
import type { Chain } from "./chain.ts";
import { accountingAt, stakeRegistryAt, tokenAt } from "./contracts.ts";
import { untilAborted } from "./rpc/until-aborted.ts";

/**
 * The same chain for as long as the signal lets: every read through it ends with CANCELLED when the signal aborts, also
 * while the RPC server hangs. Transactions take a signal of their own.
 */
export function chainUntil(chain: Chain, signal: AbortSignal): Chain {
  const { provider } = chain;
  const runner: ContractRunner = { provider, call: (call) => untilAborted(provider.call(call), signal) };
  return {
    ...chain,
    contracts: {
      accounting: accountingAt(chain.accounting, runner),
      stakeRegistry: stakeRegistryAt(chain.stakeRegistry, runner),
      token: tokenAt(chain.paymentToken, runner),
    },
    nowSeconds: () => untilAborted(chain.nowSeconds(), signal),
  };
}
