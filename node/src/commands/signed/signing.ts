import { randomBytes } from "node:crypto";
import type { Address } from "@lloom/protocol/commitment-types";
import { bytesToHex } from "@lloom/protocol/hex";
import { shownTokens, tokenOf } from "../../chain/account/calls.ts";
import { orderWords } from "../../chain/account/order-words.ts";
import type { Order } from "../../chain/account/orders.ts";
import type { Chain } from "../../chain/chain.ts";
import type { ChainAccount } from "../../chain/contract-call.ts";
import { readSigner } from "../../chain/reads.ts";
import { signWords } from "../../chain/send/account-signing.ts";
import { LloomError } from "../../errors.ts";
import { givenPlace } from "../../file-place.ts";
import { addressFlag } from "../address.ts";
import { announce, type CommandContext, type Flag } from "../command.ts";
import { openAccountKey } from "../open/account-key.ts";
import { openKeylessChain } from "../open/open.ts";
import { networkEvent, networkFact, refuseOtherNetwork } from "../open/own-network.ts";
import { factLines, shownMoment } from "../words.ts";
import { writeOrder } from "./order-file.ts";

/** How long what is signed counts. */
export const VALID: Flag = {
  form: "--valid <HOURS>",
  describe: "how long the signature may be sent, 1 to 720 (default: 24)",
};

/** Flags of every command whose deed can be signed here and sent by somebody else. */
export const SIGN_ONLY: readonly Flag[] = [
  {
    form: "--sign-only <FILE>",
    describe: "send nothing: write the signed order for lloom relay, which needs no ether here",
  },
  VALID,
];
/** Of those whose order a session key may sign, too. */
export const FOR: Flag = {
  form: "--for <ADDRESS>",
  describe: "with --sign-only: the client whose session key this key is",
};
const HOUR = 3_600n;
const DEFAULT_HOURS = "24";
const EXAMPLE = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

/** The key that signs, and the chain that it reads: no other thing of the account is touched. */
export interface Signing {
  readonly context: CommandContext;
  readonly account: ChainAccount;
  /** As of an account. */
  readonly secret: Uint8Array | undefined;
  readonly chain: Chain;
  readonly file: string;
  /** For whom it signs: itself, or its client. */
  readonly client: Address;
  /** Unix seconds. */
  readonly deadline: bigint;
}

/**
 * Opens key and chain for a signature, if `--sign-only` asks for one; of the flags that belong to it, `alone` mean something
 * without it, too. Throws as flags, key and chain do.
 */
export async function openSigning(
  context: CommandContext,
  alone: readonly string[] = [],
): Promise<Signing | undefined> {
  const { flags } = context;
  const { signOnly } = flags;
  const principal = addressFlag(flags["for"], `--for ${EXAMPLE}`);
  if (typeof signOnly !== "string") {
    refuseWithout(flags, alone);
    return undefined;
  }
  const file = givenPlace(signOnly, "--sign-only");
  const seconds = validSeconds(flags["valid"]);
  const { account, secret } = await openAccountKey(context);
  const chain = await openKeylessChain(context);
  refuseOtherNetwork(context, chain);
  const client = principal ?? account.address;
  if (principal !== undefined) await requireSession(chain, account.address, principal);
  return { context, account, secret, chain, file, client, deadline: (await chain.nowSeconds()) + seconds };
}

function refuseWithout(flags: CommandContext["flags"], alone: readonly string[]): void {
  // Finishing an unlock for another client is no order.
  const names = flags["finish"] === true ? ["valid"] : ["valid", "collector", "for"];
  const stray = names.find((name) => flags[name] !== undefined && !alone.includes(name));
  if (stray === undefined) return;
  throw new LloomError("COMMAND_INVALID", `--${stray} is about a signed order.`, {
    next: "Give --sign-only FILE beside it, or leave it out.",
  });
}

/** `--valid`, in seconds. Throws LloomError COMMAND_INVALID. */
export function validSeconds(given: string | boolean | undefined): bigint {
  const text = String(given ?? DEFAULT_HOURS);
  const hours = /^\d{1,3}$/.test(text) ? BigInt(text) : 0n;
  if (hours >= 1n && hours <= 720n) return hours * HOUR;
  throw new LloomError("COMMAND_INVALID", `--valid is "${text}".`, { next: "Give whole hours from 1 to 720." });
}

/** A session key in force, or nobody would take the order. */
async function requireSession(chain: Chain, signer: Address, principal: Address): Promise<void> {
  if (signer === principal) return;
  const session = await readSigner(chain, signer);
  if (session?.principal === principal && session.thawEnd === 0n) return;
  throw new LloomError("COMMAND_INVALID", `This key, ${signer}, does not sign for ${principal}.`, {
    next: "Give --for the client that authorized it, or leave it out to sign for this key's own money.",
  });
}

/** A number that no other order of the client has. */
export const freshNonce = (): bigint => BigInt(bytesToHex(randomBytes(32)));

/** Signs an order, writes it, and says what it does for whoever sends it. */
export async function signOrder({ context, account, chain, file, deadline }: Signing, order: Order): Promise<void> {
  const signature = await signWords(account, await orderWords(chain, order));
  writeOrder(file, { domain: chain.domain, order, signature });
  const until = shownMoment(deadline, await chain.nowSeconds());
  announce(
    context,
    { event: "signed", ...order, ...networkEvent(context, chain), file, token: tokenOf(chain) },
    [
      `The order is signed, in ${file}: ${orderTitle(chain, order)}.`,
      ...factLines([
        networkFact(context, chain),
        ["until", until],
        ["send", `lloom relay ${file}, with ${sendersOf(order)}`],
      ]).map((line) => `  ${line}`),
    ].join("\n"),
  );
}

const sendersOf = ({ type, message }: Order): string =>
  type === "opening"
    ? `the key of ${message.opener}, which posts the bond, and loses it if the answer was acknowledged`
    : "any key that has ether; whoever has the file can send it, once";

/** What an order does, in words. */
export function orderTitle(chain: Chain, { type, message }: Order): string {
  if (type === "concession") return `concede the dispute ${message.id} for ${message.executor}`;
  if (type === "opening") {
    const { request, response } = message.receipt;
    return `dispute the answer to ${response.requestHash} of ${request.executor} for ${request.client}`;
  }
  const shown = shownTokens(chain, message.amount);
  if (type === "withdrawal") return `withdraw ${shown} of the free deposit of ${message.client} to ${message.to}`;
  if (type === "allocation")
    return `put ${shown} of the free deposit of ${message.client} into its channel with ${message.executor}`;
  if (type === "unlock") return `unlock ${shown} of the channel of ${message.client} with ${message.executor}`;
  return `take ${shown} from the wallet ${message.payer} into ${BECOMES[message.purpose]} of ${message.beneficiary}`;
}

const BECOMES = { Deposit: "the free deposit", Stake: "the stake", Credit: "the credit for bonds" } as const;
