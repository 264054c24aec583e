import type { Address } from "@lloom/protocol/commitment-types";
import { shownTokens, tokenOf } from "../../chain/account/calls.ts";
import type { Chain } from "../../chain/chain.ts";
import { type Channel, findChannels } from "../../chain/read/channels-of.ts";
import { readChannel } from "../../chain/reads.ts";
import { LloomError } from "../../errors.ts";
import { addressArgument, addressFlag } from "../address.ts";
import { amountArgument } from "../amount.ts";
import { announce, type Command, type CommandContext } from "../command.ts";
import { type Account, ADDRESS, openAccount, openView } from "../deeds/account.ts";
import { findFinishable, finishUnlock, finishUnlockFor, unlockCancel, unlockRequest } from "../deeds/channel-deeds.ts";
import { YES } from "../deeds/consent.ts";
import { perform } from "../deeds/deed.ts";
import { freshNonce, openSigning, SIGN_ONLY, type Signing, signOrder } from "../signed/signing.ts";
import { shownMoment } from "../words.ts";

const EXECUTOR = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const EXAMPLE = `lloom unlock ${EXECUTOR} 2.5`;

/** `lloom unlock`: a client's money in channels comes back. */
export const unlock: Command = {
  arguments: [
    { form: "[executor]", describe: "whose channel; without it, your channels are shown (no password)" },
    { form: "[amount]", describe: "how much (default: all of the channel)" },
  ],
  needs: "account",
  settings: ["startBlock"],
  defaults: { logLevel: "warn" },
  flags: [
    { form: "--finish", describe: "return what has finished unlocking to the free deposit, of one channel or of all" },
    { form: "--cancel", describe: "keep the unlocking money of the channel in it" },
    {
      form: "--for <CLIENT>",
      describe: "with --finish: another client's channel; with --sign-only: whose session key this is",
    },
    ...SIGN_ONLY,
    ADDRESS,
    YES,
  ],
  examples: [
    "lloom unlock",
    `lloom unlock ${EXECUTOR}`,
    EXAMPLE,
    "lloom unlock --finish",
    `lloom unlock ${EXECUTOR} --sign-only order.json`,
  ],
  run: async (context) => {
    const [who, asked] = context.args;
    const isFinish = context.flags["finish"] === true;
    const isCancel = context.flags["cancel"] === true;
    const principal = addressFlag(context.flags["for"], `--for ${EXECUTOR}`);
    const isSigned = context.flags["signOnly"] !== undefined;
    checkUse({ who, asked, isFinish, isCancel, isSigned, isFor: principal !== undefined });
    const executor = who === undefined ? undefined : addressArgument(who, EXAMPLE);
    if (executor === undefined && !isFinish) return list(context);
    const amount = asked === undefined || asked === "all" ? undefined : amountArgument(asked, EXAMPLE);
    const signing = await openSigning(context);
    if (signing !== undefined && executor !== undefined) return signUnlock(signing, executor, amount);
    const account = await openAccount(context);
    if (principal !== undefined && executor !== undefined)
      return perform(context, account, await finishUnlockFor(account, { client: principal, executor }));
    if (executor === undefined) return finishAll(context, account);
    if (isFinish) return perform(context, account, await finishUnlock(account, executor));
    if (isCancel) return perform(context, account, await unlockCancel(account, executor));
    const baseUnits = amount?.baseUnits(account.chain.tokenDecimals) ?? "all";
    return perform(context, account, await unlockRequest(account, executor, baseUnits));
  },
};

interface Use {
  readonly who: string | undefined;
  readonly asked: string | undefined;
  readonly isFinish: boolean;
  readonly isCancel: boolean;
  readonly isSigned: boolean;
  /** Whether another client is named. */
  readonly isFor: boolean;
}

function checkUse({ who, asked, isFinish, isCancel, isSigned, isFor }: Use): void {
  const wrong = (problem: string, next: string): never => {
    throw new LloomError("COMMAND_INVALID", problem, { next });
  };
  if (isFinish && isCancel) wrong("--finish and --cancel exclude each other.", "Give one of them.");
  if (asked !== undefined && (isFinish || isCancel))
    wrong("--finish and --cancel take no amount: they are about all that is unlocking.", "Leave the amount out.");
  if (isSigned && (isFinish || isCancel || who === undefined))
    wrong("--sign-only signs the request to unlock one channel.", `lloom unlock ${EXECUTOR} --sign-only FILE`);
  if (isFor && !isSigned && !(isFinish && who !== undefined))
    wrong(
      "--for goes with --finish and an executor, or with --sign-only.",
      `lloom unlock ${EXECUTOR} --finish --for CLIENT`,
    );
  if (isCancel && who === undefined) wrong("Which channel?", `Name its executor: lloom unlock ${EXECUTOR} --cancel`);
}

async function signUnlock(
  signing: Signing,
  executor: Address,
  asked: ReturnType<typeof amountArgument> | undefined,
): Promise<void> {
  const { chain, client, deadline } = signing;
  const { balance, unlocking } = await readChannel(chain, client, executor);
  const amount = asked?.baseUnits(chain.tokenDecimals) ?? balance - unlocking;
  if (amount === 0n)
    throw new LloomError(
      "INSUFFICIENT_FUNDS",
      `No money of ${client} is in a channel with ${executor} but what unlocks.`,
      {
        next: `lloom unlock --address ${client} shows the channels.`,
      },
    );
  await signOrder(signing, { type: "unlock", message: { client, executor, amount, nonce: freshNonce(), deadline } });
}

async function finishAll(context: CommandContext, account: Account): Promise<void> {
  const { due, waiting } = await findFinishable(account);
  for (const peer of due) await perform(context, account, await finishUnlock(account, peer));
  if (due.length > 0) return;
  const nowSeconds = await account.chain.nowSeconds();
  const lines = waiting.map((channel) => `\n  ${channelLine(account.chain, channel, nowSeconds)}`).join("");
  announce(
    context,
    { event: "nothing", action: "finishUnlock" },
    waiting.length === 0 ? "Nothing is unlocking." : `Nothing has finished unlocking yet.${lines}`,
  );
}

async function list(context: CommandContext): Promise<void> {
  const { chain, address } = await openView(context);
  const [channels, nowSeconds] = await Promise.all([findChannels(chain, address, "client"), chain.nowSeconds()]);
  announce(
    context,
    { event: "channels", address, channels, token: tokenOf(chain) },
    channels.length === 0
      ? `No channel of ${address} holds money.`
      : channels.map((channel) => channelLine(chain, channel, nowSeconds)).join("\n"),
  );
}

/** "0x…: 3 tUSD, 1 tUSD unlocking, free from …". */
export function channelLine(chain: Chain, { peer, balance, unlocking, unlockAt }: Channel, nowSeconds: bigint): string {
  const held = `${peer}: ${shownTokens(chain, balance)}`;
  if (unlocking === 0n) return held;
  return `${held}, of which ${shownTokens(chain, unlocking)} unlocking, free from ${shownMoment(unlockAt, nowSeconds)}`;
}
