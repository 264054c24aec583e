import { formatAmount } from "@lloom/protocol/amounts";
import type { Address } from "@lloom/protocol/commitment-types";
import { shownTokens } from "../../chain/account/calls.ts";
import type { Chain } from "../../chain/chain.ts";
import { readDeposit, readTokenBalance } from "../../chain/reads.ts";
import { LloomError } from "../../errors.ts";
import { openCanaryShiftLog } from "../../store/validator/canary-shift-log.ts";
import { canaryIdentity, shiftsOf } from "../../validator/canary/canary-keys.ts";
import { announce, type Command } from "../command.ts";
import { readOwnLog } from "../deeds/own-log.ts";
import { openIdentity, openOwnChain } from "../open/open.ts";
import { exportCanaryKey } from "./export-key.ts";

/** A canary key and what it has. */
interface KeyFacts {
  readonly key: number;
  readonly address: Address;
  /** Wei. */
  readonly gas: bigint;
  /** Base units, in the wallet and as free deposit. */
  readonly tokens: bigint;
  /** Executors and epochs that it has served. */
  readonly shifts: number;
  /** After which it rests. */
  readonly most: number;
}

/** `lloom canaries`: the keys that ask for a validator, and what each has. */
export const canaries: Command = {
  settings: ["canaryKeys"],
  defaults: { logLevel: "warn" },
  flags: [
    { form: "--addresses", describe: "print nothing but the addresses of keys that still serve" },
    { form: "--export <KEY>", describe: "write the keystore of the key with this number, to take its money out" },
    { form: "--to <FOLDER>", describe: "with --export: the data directory that the keystore is written to" },
  ],
  examples: [
    "lloom canaries --canary-keys 12",
    "lloom canaries --canary-keys 12 --addresses",
    "lloom canaries --canary-keys 12 --export 3 --to ./canary-3",
  ],
  run: async (context) => {
    const { canaryKeys: count } = context.settings;
    if (count === 0)
      throw new LloomError("CONFIG_INVALID", "--canary-keys is 0: there is no canary key.", {
        next: "Say how many there are: lloom canaries --canary-keys 12.",
      });
    if (context.flags["export"] !== undefined) return exportCanaryKey(context);
    const identity = await openIdentity(context);
    const chain = await openOwnChain(context, identity);
    const log = readOwnLog(context, { chain, address: identity.address }, { file: "validator.sqlite" });
    const served = log === undefined ? [] : openCanaryShiftLog(log).allShifts();
    for (let key = 0; key < count; key++) {
      const own = canaryIdentity(identity.secret, chain.domain, key);
      const { address } = own;
      const most = shiftsOf(own);
      const shifts = served.filter((shift) => shift.key === key).length;
      if (context.flags["addresses"] === true) {
        if (shifts < most) context.print(address);
        continue;
      }
      const facts = { key, address, shifts, most, ...(await readMoney(chain, address)) };
      announce(context, { event: "canary-key", ...facts }, sentence(chain, facts));
    }
  },
};

async function readMoney(chain: Chain, address: Address): Promise<Pick<KeyFacts, "gas" | "tokens">> {
  const [gas, wallet, deposited] = await Promise.all([
    chain.provider.getBalance(address),
    readTokenBalance(chain, address),
    readDeposit(chain, address),
  ]);
  return { gas, tokens: wallet + deposited };
}

function sentence(chain: Chain, { key, address, gas, tokens, shifts, most }: KeyFacts): string {
  const state = shifts >= most ? "has served" : gas === 0n ? "needs ether" : "serves";
  return `${key}  ${address}  ${formatAmount(gas, 18)} ETH  ${shownTokens(chain, tokens)}  ${shifts} of ${most} audits, ${state}`;
}
