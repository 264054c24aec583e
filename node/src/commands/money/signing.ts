import { randomBytes } from "node:crypto";
import type { Address } from "@lloom/protocol/commitment-types";
import { bytesToHex } from "@lloom/protocol/hex";
import { networkNamed } from "@lloom/protocol/networks";
import { shownTokens, tokenOf } from "../../chain/calls.ts";
import { type Chain, openChain } from "../../chain/chain.ts";
import { isCollectorOf, type Order, orderDigest } from "../../chain/orders.ts";
import { readSigner } from "../../chain/reads.ts";
import { LloomError } from "../../errors.ts";
import type { Identity } from "../../wallet/identity.ts";
import { addressFlag } from "../address.ts";
import { announce, type CommandContext, type Flag } from "../command.ts";
import { chosenDeployment } from "../deployment.ts";
import { openIdentity } from "../open.ts";
import { writeOrder } from "./order-file.ts";
import { factLines, shownMoment } from "./words.ts";

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
/** Of those that take tokens of the wallet. */
export const COLLECTOR: Flag = {
  form: "--collector <ADDRESS>",
  describe: "with --sign-only: the Collector contract (default: the network's of the address book)",
};

const HOUR = 3_600n;
const DEFAULT_HOURS = "24";
const EXAMPLE = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

/** The key that signs, and the chain that it reads: no other thing of the account is touched. */
export interface Signing {
  readonly context: CommandContext;
  readonly identity: Identity;
  readonly chain: Chain;
  readonly file: string;
  /** For whom it signs: itself, or its client. */
  readonly client: Address;
  /** Unix seconds. */
  readonly deadline: bigint;
}

/** Opens key and chain for a signature, if `--sign-only` asks for one. Throws as flags, key and chain do. */
export async function openSigning(context: CommandContext): Promise<Signing | undefined> {
  const { settings, signal, log, stack, flags } = context;
  const file = flags["signOnly"];
  const principal = addressFlag(flags["for"], `--for ${EXAMPLE}`);
  if (typeof file !== "string") {
    refuseWithout(flags);
    return undefined;
  }
  const hours = hoursOf(flags["valid"]);
  const identity = await openIdentity(context);
  const { accounting, startBlock, check } = chosenDeployment(settings);
  const chain = check(stack.use(await openChain({ rpcUrl: settings.rpc, accounting, signal, log, startBlock })));
  const client = principal ?? identity.address;
  if (principal !== undefined) await requireSession(chain, identity.address, principal);
  return { context, identity, chain, file, client, deadline: (await chain.nowSeconds()) + hours * HOUR };
}

function refuseWithout(flags: CommandContext["flags"]): void {
  // Finishing an unlock for another client is no order.
  const names = flags["finish"] === true ? ["valid"] : ["valid", "collector", "for"];
  const stray = names.find((name) => flags[name] !== undefined);
  if (stray === undefined) return;
  throw new LloomError("COMMAND_INVALID", `--${stray} is about a signed order.`, {
    next: "Give --sign-only FILE beside it, or leave it out.",
  });
}

/** `--valid`, in hours. Throws LloomError COMMAND_INVALID. */
export function hoursOf(given: string | boolean | undefined): bigint {
  const text = String(given ?? DEFAULT_HOURS);
  const hours = /^\d{1,3}$/.test(text) ? BigInt(text) : 0n;
  if (hours >= 1n && hours <= 720n) return hours;
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
export async function signOrder({ context, identity, chain, file, deadline }: Signing, order: Order): Promise<void> {
  const signature = identity.sign(await orderDigest(chain, order));
  writeOrder(file, { domain: chain.domain, order, signature });
  const until = shownMoment(deadline, await chain.nowSeconds());
  announce(
    context,
    { event: "signed", ...order, file, token: tokenOf(chain) },
    [
      `The order is signed, in ${file}: ${orderTitle(chain, order)}.`,
      ...factLines([
        ["until", until],
        ["send", `lloom relay ${file}, with any key that has ether; whoever has the file can send it, once`],
      ]).map((line) => `  ${line}`),
    ].join("\n"),
  );
}

/** What an order does, in words. */
export function orderTitle(chain: Chain, { type, message }: Order): string {
  const shown = shownTokens(chain, message.amount);
  if (type === "withdrawal") return `withdraw ${shown} of the free deposit of ${message.client} to ${message.to}`;
  if (type === "allocation")
    return `put ${shown} of the free deposit of ${message.client} into its channel with ${message.executor}`;
  if (type === "unlock") return `unlock ${shown} of the channel of ${message.client} with ${message.executor}`;
  const what = message.purpose === "Deposit" ? "the free deposit" : "the stake";
  return `take ${shown} from the wallet ${message.payer} into ${what} of ${message.beneficiary}`;
}

/** Signs that the Collector takes tokens of the wallet for this key's own deposit or stake. */
export async function signCollection(
  signing: Signing,
  { purpose, amount }: { readonly purpose: "Deposit" | "Stake"; readonly amount: bigint },
): Promise<void> {
  const { context, identity, chain, deadline } = signing;
  const collector = collectorOf(context);
  if (!(await isCollectorOf(chain, collector)))
    throw new LloomError("COMMAND_INVALID", `There is no Collector of this deployment at ${collector}.`, {
      next: "Give --collector the address that ignition/deployments has; a signature for another contract gives it the money.",
    });
  await signOrder(signing, {
    type: "collection",
    message: {
      ...{ purpose, amount, collector, payer: identity.address, beneficiary: identity.address },
      ...{ salt: bytesToHex(randomBytes(32)), validBefore: deadline },
    },
  });
}

function collectorOf({ flags, settings }: CommandContext): Address {
  const given = addressFlag(flags["collector"], `--collector ${EXAMPLE}`);
  const known = settings.network === undefined ? undefined : networkNamed(settings.network).contracts["Collector"];
  const collector = given ?? known;
  if (collector !== undefined) return collector;
  throw new LloomError("COMMAND_INVALID", "Which Collector takes the tokens?", {
    next: `Give --collector its address: --collector ${EXAMPLE}`,
  });
}
