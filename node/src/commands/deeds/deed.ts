import type { TransactionReceipt } from "ethers";
import { senderOf } from "../../chain/account/actions.ts";
import { tokenOf } from "../../chain/account/calls.ts";
import { type CallCost, costOf } from "../../chain/account/cost.ts";
import type { Chain } from "../../chain/chain.ts";
import type { ContractCall } from "../../chain/contract-call.ts";
import { LloomError } from "../../errors.ts";
import { announce, type CommandContext } from "../command.ts";
import { networkEvent, networkFact } from "../open/own-network.ts";
import { type Fact, factLines, shownCost, shownEther } from "../words.ts";
import type { Account } from "./account.ts";
import { requireConsent } from "./consent.ts";

/** One thing that a command does on chain. */
export interface Deed {
  /**
   * What was asked for, in the same words each time: a run that was killed is known again by it. It names what the user
   * said and not what came of it, so that "all" is the same although the amount has gone.
   */
  readonly intent: string;
  readonly call: ContractCall;
  /** Sent before it, when the call needs an allowance first. */
  readonly approval?: ContractCall | undefined;
  /** Makes the call that is sent in its place, where that holds a signature: nothing is signed before the user agreed. */
  readonly sealed?: () => Promise<ContractCall>;
  /** "Withdraw 5 tUSD of the deposit". */
  readonly title: string;
  /** What is worth knowing before it is signed. */
  readonly facts: readonly Fact[];
  /** Of what is known beforehand, for programs: amounts in base units, times in Unix seconds. */
  readonly event: DeedEvent;
  /**
   * What came of it, by what its own transaction says. Whoever goes on with an earlier run builds the deed anew, from a chain on
   * which it has happened: what was read for the preview is not what was done then.
   */
  readonly done: (receipt: TransactionReceipt) => Done | Promise<Done>;
  /** Why there is nothing to do, if that is so: "No earnings can be withdrawn yet; 3 tUSD mature ...". */
  readonly nothing?: string | undefined;
  /** Why it cannot be done, where that is known before the contract is asked. */
  readonly refused?: LloomError | undefined;
}

export type DeedEvent = Readonly<Record<string, unknown>>;

/** What is told once it is mined. */
export interface Done {
  /** Past tense, with when the money is free: "5 tUSD are in the wallet 0x...". */
  readonly sentence: string;
  /** The same for programs; the deed's own unless given. */
  readonly event?: DeedEvent;
}

/**
 * Shows what a deed does and costs, asks, sends it, waits, and says what came of it. Where an earlier run of the same deed was
 * cut off after it had signed, that very transaction is gone on with, as it was agreed to then, and nothing else is sent; where
 * nothing came of it, or it was mined long ago, all begins anew.
 * @throws LloomError as the sender; CANCELLED for a no; COMMAND_INVALID where nobody can be asked.
 */
export async function perform(context: CommandContext, account: Account, deed: Deed): Promise<void> {
  const { chain, journal } = account;
  const { signal } = context;
  // One key may have money in several deployments of a chain.
  const intent = `${deed.intent}${placeOf(chain)}`;
  const earlier = journal.find(intent);
  if (earlier !== undefined) {
    context.log.info({ hashes: earlier.hashes, intent }, "going on with what an earlier run sent");
    const mined = await senderOf(chain).resume({ ...deed.call, intent }, { signal });
    if (mined !== undefined) {
      await tell(context, chain, deed, mined);
      return journal.told();
    }
    journal.told();
  }
  if (deed.nothing !== undefined) return announce(context, { ...deed.event, event: "nothing" }, deed.nothing);
  if (deed.refused !== undefined) throw deed.refused;
  const before = earlier && (await minedOf(chain, earlier.hashes));
  await preview(context, account, before === undefined ? deed : { ...deed, facts: [...deed.facts, onceMore(before)] });
  await requireConsent(context);
  if (deed.approval !== undefined)
    await approve(account, { ...deed.approval, intent: `approval for: ${intent}` }, signal);
  const call = (await deed.sealed?.()) ?? deed.call;
  const mined = await senderOf(chain).send({ ...call, intent }, { signal });
  await tell(context, chain, deed, mined);
  journal.told();
}

/** A run that was cut off did the same long ago, and nobody was told: whoever asks now means another one, but should know. */
const onceMore = ({ hash }: TransactionReceipt): Fact => [
  "before",
  `an earlier run that was cut off did the same: transaction ${hash}; this is once more`,
];

const placeOf = ({ accounting }: Chain): string => ` at ${accounting}`;

/**
 * What comes after this beginning in the intents of deeds that earlier runs sent, and whose end nobody was told. A command that does
 * one deed for everything that it finds would not find again what was done.
 */
export function untold({ chain, journal }: Pick<Account, "chain" | "journal">, beginning: string): readonly string[] {
  const place = placeOf(chain);
  return journal.list().flatMap(({ intent }) => {
    const isSuch = intent.startsWith(beginning) && intent.endsWith(place);
    return isSuch ? [intent.slice(beginning.length, -place.length)] : [];
  });
}

/**
 * Sends what has to come before. What an earlier run sent of it comes to its end first, and then this is another one: what that had
 * allowed may be taken, or be another amount. Its end is told to nobody, so that nothing of it has to be remembered.
 */
async function approve(
  { chain, journal }: Account,
  approval: ContractCall & { readonly intent: string },
  signal: AbortSignal,
): Promise<void> {
  const sender = senderOf(chain);
  if (journal.find(approval.intent) !== undefined) await sender.resume(approval, { signal });
  journal.told();
  await sender.send(approval, { signal });
  journal.told();
}

/** The receipt of the one of the transactions that succeeded, if one did. */
export async function minedOf({ provider }: Chain, hashes: readonly string[]): Promise<TransactionReceipt | undefined> {
  for (const hash of hashes) {
    const receipt = await provider.getTransactionReceipt(hash);
    if (receipt?.status === 1) return receipt;
  }
  return undefined;
}

/** What is shown before anybody agrees. */
type Previewed = Pick<Deed, "call" | "approval" | "sealed" | "title" | "facts" | "event">;

/** Shows what would be done and what it costs. Throws INSUFFICIENT_FUNDS without the ether for it, and what the contract refuses. */
export async function preview(
  context: CommandContext,
  { address, chain }: Pick<Account, "address" | "chain">,
  deed: Previewed,
): Promise<void> {
  const cost = await costOf(chain, address, deed);
  requireGas(cost, deed, address);
  const facts: readonly Fact[] = [
    ...deed.facts,
    networkFact(context, chain),
    [
      "gas",
      `${cost.isBound ? "up to" : "about"} ${cost.gas}, at most ${shownCost(cost.mostWei)} of ${shownEther(cost.hasWei)}`,
    ],
  ];
  announce(
    context,
    {
      ...{ event: "preview", ...deed.event, ...networkEvent(context, chain), token: tokenOf(chain) },
      ...{ gas: cost.gas, mostWei: cost.mostWei },
    },
    [deed.title, ...factLines(facts).map((line) => `  ${line}`)].join("\n"),
  );
}

function requireGas({ mostWei, hasWei }: CallCost, { call: { what } }: Previewed, address: string): void {
  if (hasWei >= mostWei) return;
  throw new LloomError(
    "INSUFFICIENT_FUNDS",
    `Cannot ${what}: it may take ${shownCost(mostWei)} for gas, and the account has ${shownEther(hasWei)}.`,
    { next: `Send some ether to ${address}.` },
  );
}

interface Outcome {
  readonly receipt: TransactionReceipt;
  readonly isResumed: boolean;
}

async function tell(context: CommandContext, chain: Chain, deed: Deed, { receipt, isResumed }: Outcome): Promise<void> {
  const { sentence, event = deed.event } = await deed.done(receipt);
  const said = isResumed
    ? `${sentence}\n  An earlier run had sent this; nothing was sent twice. Give the command again for once more.`
    : sentence;
  announce(
    context,
    {
      ...{ event: "done", ...event, ...networkEvent(context, chain), token: tokenOf(chain) },
      ...{ transactionHash: receipt.hash, resumed: isResumed },
    },
    `${said}\n  transaction ${receipt.hash}`,
  );
}
