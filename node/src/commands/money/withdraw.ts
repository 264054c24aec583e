import type { Address } from "@lloom/protocol/commitment-types";
import { isRefusal } from "../../chain/chain-failure.ts";
import { readDeposit } from "../../chain/reads.ts";
import { asLloomError, LloomError } from "../../errors.ts";
import { addressFlag } from "../address.ts";
import { type AmountArgument, amountArgument } from "../amount.ts";
import type { Command, CommandContext } from "../command.ts";
import { type Account, openAccount } from "../deeds/account.ts";
import { findFinishable, finishUnlock } from "../deeds/channel-deeds.ts";
import { YES } from "../deeds/consent.ts";
import { perform } from "../deeds/deed.ts";
import { depositPayout, earningsPayout, stakePayout } from "../deeds/payouts.ts";
import { creditPayout, findTakeable, reportCredit, sharesPayout } from "../deeds/reward-payouts.ts";
import { FOR, freshNonce, openSigning, SIGN_ONLY, type Signing, signOrder } from "../signed/signing.ts";
import { refuseLostPayout } from "./lost-payout.ts";

interface Wish {
  readonly to: Address;
  /** Of the deposit; all of it unless given. */
  readonly amount: AmountArgument | undefined;
}
type Payout = (context: CommandContext, account: Account, wish: Wish) => Promise<void>;

const PAYOUTS: Readonly<Record<string, Payout>> = { earnings, deposit, stake, rewards, all };
const EXAMPLE = "lloom withdraw deposit 5";

/** `lloom withdraw`: money that is free goes to a wallet. */
export const withdraw: Command = {
  arguments: [
    { form: "<what>", describe: "earnings, deposit, stake (unbonded), rewards, or all that is free now" },
    { form: "[amount]", describe: "how much of the deposit (default: all of it); of the others it is always all" },
  ],
  needs: "account",
  settings: ["startBlock"],
  defaults: { logLevel: "warn" },
  flags: [{ form: "--to <ADDRESS>", describe: "another wallet than this key's" }, ...SIGN_ONLY, FOR, YES],
  examples: [
    "lloom withdraw earnings",
    EXAMPLE,
    "lloom withdraw all --to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --yes",
    "lloom withdraw deposit 5 --sign-only order.json",
  ],
  run: async (context) => {
    const [what = "", asked] = context.args;
    const payout = Object.hasOwn(PAYOUTS, what) ? PAYOUTS[what] : undefined;
    if (payout === undefined)
      throw new LloomError("COMMAND_INVALID", `lloom withdraw does not know "${what}".`, {
        next: `It pays out ${Object.keys(PAYOUTS).join(", ")}: lloom withdraw earnings`,
      });
    if (asked !== undefined && what !== "deposit")
      throw new LloomError("COMMAND_INVALID", `lloom withdraw ${what} takes no amount: it pays out all of it.`, {
        next: `Leave the amount out: lloom withdraw ${what}`,
      });
    const amount = asked === undefined || asked === "all" ? undefined : amountArgument(asked, EXAMPLE);
    const to = addressFlag(context.flags["to"], "--to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
    requireSignable(context, what);
    const signing = await openSigning(context);
    if (signing !== undefined) return signDeposit(signing, { to: to ?? signing.client, amount });
    const account = await openAccount(context);
    if (to !== undefined) await refuseLostPayout(account.chain, to);
    await payout(context, account, { to: to ?? account.address, amount });
  },
};

function requireSignable({ flags }: CommandContext, what: string): void {
  if (what === "deposit" || flags["signOnly"] === undefined) return;
  throw new LloomError("COMMAND_INVALID", `The contracts pay out ${what} to no signature, but to a transaction only.`, {
    next: "Leave --sign-only out, or withdraw the deposit: lloom withdraw deposit --sign-only FILE",
  });
}

async function signDeposit(signing: Signing, { to, amount: asked }: Wish): Promise<void> {
  const { chain, client, deadline, account } = signing;
  await refuseLostPayout(chain, to);
  if (client !== account.address && to !== client)
    throw new LloomError("COMMAND_INVALID", `A session key pays out to its client alone: ${client}.`, {
      next: "Leave --to out.",
    });
  const amount = asked?.baseUnits(chain.tokenDecimals) ?? (await readDeposit(chain, client));
  if (amount === 0n)
    throw new LloomError("INSUFFICIENT_FUNDS", `There is no free deposit of ${client}.`, {
      next: "What is in channels comes back by lloom unlock.",
    });
  await signOrder(signing, { type: "withdrawal", message: { client, to, amount, nonce: freshNonce(), deadline } });
}

async function earnings(context: CommandContext, account: Account, { to }: Wish): Promise<void> {
  await perform(context, account, await earningsPayout(account, { to }));
}

async function deposit(context: CommandContext, account: Account, { to, amount }: Wish): Promise<void> {
  const asked = amount?.baseUnits(account.chain.tokenDecimals) ?? "all";
  await perform(context, account, await depositPayout(account, { to, amount: asked }));
}

async function stake(context: CommandContext, account: Account, { to }: Wish): Promise<void> {
  await perform(context, account, await stakePayout(account, { to }));
}

/** Reports whose day is over are credited first, then everything is paid out, contract by contract. */
async function rewards(context: CommandContext, account: Account, { to }: Wish): Promise<void> {
  const { reports } = await findTakeable(account, to);
  for (const report of reports) await perform(context, account, reportCredit(account, report));
  const { credits, shares, hasShares } = await findTakeable(account, to);
  await eachOf(context, [
    ...credits.map((credit) => () => perform(context, account, creditPayout(account, to, credit))),
    ...(hasShares || credits.length === 0
      ? [async () => perform(context, account, await sharesPayout(account, { to, amount: shares }))]
      : []),
  ]);
}

async function all(context: CommandContext, account: Account, wish: Wish): Promise<void> {
  const { due } = await findFinishable(account);
  for (const peer of due) await perform(context, account, await finishUnlock(account, peer));
  const payouts = [earnings, deposit, stake, rewards];
  await eachOf(
    context,
    payouts.map((payout) => () => payout(context, account, wish)),
  );
}

/** One after the other: what a contract refuses keeps nothing else in. Throws the first refusal in the end. */
async function eachOf({ log }: CommandContext, payouts: readonly (() => Promise<void>)[]): Promise<void> {
  let refused: LloomError | undefined;
  for (const payout of payouts) {
    try {
      await payout();
    } catch (thrown) {
      const error = asLloomError(thrown);
      if (!isRefusal(error)) throw error;
      log.warn({ problem: error.message }, "refused, going on with the rest");
      refused ??= error;
    }
  }
  if (refused !== undefined) throw refused;
}
