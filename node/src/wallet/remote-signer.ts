import { parseAddress } from "@lloom/protocol/addresses";
import type { Address, CompactSignature, Hex } from "@lloom/protocol/commitment-types";
import { type TypedData, walletTypedData } from "@lloom/protocol/commitments";
import { type HttpEndpoint, httpEndpoint } from "@lloom/protocol/http-endpoint";
import { jsonText } from "@lloom/protocol/json-text";
import { z } from "@lloom/protocol/zod";
import { Signature, Transaction, TypedDataEncoder, toQuantity } from "ethers";
import { LloomError } from "../errors.ts";
import { recoverAddress } from "./recover.ts";
import { signerRefused as refused, SignerCaller } from "./signer-caller.ts";

/** A key that another program has, behind JSON-RPC: web3signer, Clef, a node that keeps keys. */
export interface RemoteSigner {
  readonly address: Address;
  signTransaction(unsigned: Transaction, signal?: AbortSignal): Promise<CompactSignature>;
  signTypedData(data: TypedData, signal?: AbortSignal): Promise<CompactSignature>;
}

export interface RemoteSignerOptions {
  /** http or https; what is secret in it is shown nowhere. */
  readonly url: string;
  /** Which of its accounts; needed where it has several. */
  readonly address?: Address | undefined;
  readonly signal: AbortSignal;
  readonly limits?: Partial<typeof LIMITS>;
}

/** A person may have to agree to each signature. */
const LIMITS = { accountsMs: 20_000, signMs: 300_000 };
/** The same thing by the names that signers have for it, each asked where it does not know the one before. */
const NAMES = {
  accounts: ["eth_accounts", "account_list"],
  transaction: ["eth_signTransaction", "account_signTransaction"],
  typedData: ["eth_signTypedData_v4", "eth_signTypedData", "account_signTypedData"],
} as const;

const signedSchema = z.union([z.string(), z.object({ raw: z.string() }).transform(({ raw }) => raw)]);

/**
 * Connects to a signer. Nothing that it answers is believed: a signature has to be this account's, over exactly what was asked.
 * @throws LloomError SIGNER_UNREACHABLE, SIGNER_REFUSED, CONFIG_INVALID for a URL that is none, CANCELLED.
 */
export async function openRemoteSigner({ url, address, signal, limits }: RemoteSignerOptions): Promise<RemoteSigner> {
  const endpoint = httpEndpoint(url);
  if (endpoint === undefined)
    throw new LloomError("CONFIG_INVALID", "The signer's URL is not an http or https address.", {
      next: "Give --signer-url one such as http://127.0.0.1:9000.",
    });
  const { accountsMs, signMs } = { ...LIMITS, ...limits };
  const caller = new SignerCaller(endpoint);
  const opening = { signal, timeoutMs: accountsMs };
  const own = accountOf(endpoint, await caller.ask(NAMES.accounts, () => [], opening), address);
  const signing = (until: AbortSignal = signal) => ({ signal: until, timeoutMs: signMs });
  return {
    address: own,
    signTransaction: async (unsigned, until) => {
      const answer = await caller.ask(NAMES.transaction, () => [transactionFields(own, unsigned)], signing(until));
      return transactionSignature(endpoint, { answer, unsigned, own });
    },
    signTypedData: async (data, until) => {
      const words = walletTypedData(data);
      // Wallets take text where signers of their own kind take the object.
      const params = (method: string) => [own, method.startsWith("account_") ? words : jsonText(words)];
      const answer = await caller.ask(NAMES.typedData, params, signing(until));
      return wordsSignature(endpoint, { answer, data, own });
    },
  };
}

/** The one account that is meant. Throws SIGNER_REFUSED where the signer does not have it, or nobody said which. */
function accountOf(endpoint: HttpEndpoint, answer: unknown, asked: Address | undefined): Address {
  const listed = z.array(z.union([z.string(), z.object({ address: z.string() }).transform((one) => one.address)]));
  const accounts = (listed.safeParse(answer).data ?? []).flatMap((text) => {
    try {
      return [parseAddress(text.toLowerCase())];
    } catch {
      return [];
    }
  });
  const [first, ...others] = accounts;
  if (first === undefined)
    throw refused(endpoint, "has no account", "Put the key into it, or let it show its accounts.");
  if (asked !== undefined) {
    if (accounts.includes(asked)) return asked;
    throw refused(endpoint, `does not have ${asked}`, `Give --signer-address one that it has: ${accounts.join(", ")}.`);
  }
  if (others.length === 0) return first;
  throw refused(endpoint, `has ${accounts.length} accounts`, `Say which: --signer-address ${first}`);
}

/** In the form of Ethereum's JSON-RPC; every field is named, so that the signer has to choose nothing. */
function transactionFields(from: Address, unsigned: Transaction): object {
  const { to, data, value, nonce, chainId, gasLimit, type, gasPrice, maxFeePerGas, maxPriorityFeePerGas } = unsigned;
  return {
    ...{ from, to, data, input: data, value: toQuantity(value), nonce: toQuantity(nonce) },
    ...{ chainId: toQuantity(chainId), gas: toQuantity(gasLimit) },
    ...(type === 2
      ? { maxFeePerGas: toQuantity(maxFeePerGas ?? 0n), maxPriorityFeePerGas: toQuantity(maxPriorityFeePerGas ?? 0n) }
      : { gasPrice: toQuantity(gasPrice ?? 0n) }),
  };
}

interface Answered {
  readonly answer: unknown;
  readonly own: Address;
}

function transactionSignature(
  endpoint: HttpEndpoint,
  { answer, unsigned, own }: Answered & { readonly unsigned: Transaction },
): CompactSignature {
  const signed = parsed(() => Transaction.from(signedSchema.parse(answer)));
  if (signed?.signature === undefined || signed.signature === null)
    throw refused(endpoint, "answered with no signed transaction", READ_ITS_LOG);
  if (signed.unsignedHash !== unsigned.unsignedHash)
    throw refused(endpoint, "signed another transaction than it was asked to; nothing was sent", CHANGES_NOTHING);
  return checked(endpoint, { signature: signed.signature, digest: unsigned.unsignedHash as Hex, own });
}

function wordsSignature(
  endpoint: HttpEndpoint,
  { answer, data, own }: Answered & { readonly data: TypedData },
): CompactSignature {
  const signature = parsed(() => Signature.from(z.string().parse(answer)));
  if (signature === undefined) throw refused(endpoint, "answered with no signature", READ_ITS_LOG);
  const { domain, primaryType, fields, message } = data;
  const digest = TypedDataEncoder.hash(domain, { [primaryType]: [...fields] }, message) as Hex;
  return checked(endpoint, { signature, digest, own });
}

const READ_ITS_LOG = "See what its log says; it has to answer as Ethereum's JSON-RPC does.";
const CHANGES_NOTHING = "Have it sign what it is asked to, without fees or a nonce of its own.";

function checked(
  endpoint: HttpEndpoint,
  { signature, digest, own }: { readonly signature: Signature; readonly digest: Hex; readonly own: Address },
): CompactSignature {
  const compact: CompactSignature = { r: signature.r as Hex, vs: signature.yParityAndS as Hex };
  const signer = recoverAddress(digest, compact);
  if (signer === own) return compact;
  throw refused(
    endpoint,
    `gave a signature of ${signer ?? "nobody"} in place of ${own}'s, or over something else`,
    "Check which key it uses for this account; nothing was sent.",
  );
}

function parsed<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
