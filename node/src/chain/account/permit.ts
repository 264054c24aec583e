import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { Signature, TypedDataEncoder } from "ethers";
import { LloomError } from "../../errors.ts";
import { toSeconds, wallClock } from "../../primitives/clock.ts";
import type { Chain } from "../chain.ts";
import { chainFailure } from "../chain-failure.ts";
import type { ChainAccount } from "../contract-call.ts";
import { signWords } from "../send/account-signing.ts";

/** An ERC-2612 permit, as contracts take it. */
export interface Permit {
  /** Unix seconds. */
  readonly deadline: bigint;
  readonly v: number;
  readonly r: Hex;
  readonly s: Hex;
}

/** What a token's own signatures are signed over (EIP-712). */
export interface TokenDomain {
  readonly name: string;
  readonly version: string;
  readonly chainId: bigint;
  readonly verifyingContract: Address;
}

const PERMIT_FIELDS = [
  { name: "owner", type: "address" },
  { name: "spender", type: "address" },
  { name: "value", type: "uint256" },
  { name: "nonce", type: "uint256" },
  { name: "deadline", type: "uint256" },
];
const VALID_SECONDS = 3600n;
const UNANSWERED: ReadonlySet<string> = new Set(["CHAIN_UNREACHABLE", "CANCELLED"]);

/**
 * Signs that `spender` may take `amount` of the payment token; `undefined` when the token has no permits, or signs them
 * over a domain that cannot be found out. Then an approval by transaction serves.
 */
export async function signPermit(
  chain: Chain,
  { account, spender, amount }: { account: ChainAccount; spender: Address; amount: bigint },
): Promise<Permit | undefined> {
  const terms = await findTerms(chain, account.address);
  if (terms === undefined) return undefined;
  const { domain, nonce } = terms;
  // The latest block may be old on a chain without traffic, and this machine's clock may be late.
  const [chainSeconds, ownSeconds] = [await chain.nowSeconds(), toSeconds(wallClock())];
  const deadline = (chainSeconds > ownSeconds ? chainSeconds : ownSeconds) + VALID_SECONDS;
  const permit = { owner: account.address, spender, value: amount, nonce, deadline };
  const words = { domain, primaryType: "Permit", fields: PERMIT_FIELDS, message: permit };
  const { r, vs } = await signWords(account, words);
  const signature = Signature.from({ r, yParityAndS: vs });
  return { deadline, v: signature.v, r: signature.r as Hex, s: signature.s as Hex };
}

/** Whether `signPermit` has one to give: nothing is signed to find that out. */
export const takesPermits = async (chain: Chain, owner: Address): Promise<boolean> =>
  (await findTerms(chain, owner)) !== undefined;

/** What a permit of an owner's is signed over. A domain alone makes none: tokens have one for other signatures, too. */
async function findTerms(
  chain: Chain,
  owner: Address,
): Promise<{ readonly domain: TokenDomain; readonly nonce: bigint } | undefined> {
  const domain = await findDomain(chain);
  if (domain === undefined) return undefined;
  const nonce = await ofToken(chain.contracts.token.nonces(owner));
  return nonce === undefined ? undefined : { domain, nonce };
}

/** Separator of the token's own domain, for what ERC-3009 signs. Throws as `tokenDomain`. */
export const tokenSeparator = async (chain: Chain): Promise<Hex> =>
  TypedDataEncoder.hashDomain(await tokenDomain(chain)) as Hex;

/** The token's own domain, for what ERC-3009 signs. Throws LloomError UNSUPPORTED when it cannot be found out. */
export async function tokenDomain(chain: Chain): Promise<TokenDomain> {
  const domain = await findDomain(chain);
  if (domain !== undefined) return domain;
  throw new LloomError("UNSUPPORTED", `${chain.tokenSymbol} takes no signed transfers.`, {
    next: "Send some ether to the wallet, and move the tokens by a transaction.",
  });
}

/** The token's domain as ERC-5267 tells it, or else as most tokens build it; only one that hashes to its separator. */
async function findDomain(chain: Chain): Promise<TokenDomain | undefined> {
  const { token } = chain.contracts;
  const separator = await ofToken(token.DOMAIN_SEPARATOR());
  if (separator === undefined) return undefined;
  const told = await ofToken(token.eip712Domain());
  const name = told?.name ?? (await ofToken(token.name()));
  if (name === undefined) return undefined;
  const { chainId } = chain.domain;
  const verifyingContract = chain.paymentToken;
  const versions = told === undefined ? ["1", "2"] : [told.version];
  return versions
    .map((version) => ({ name, version, chainId, verifyingContract }))
    .find((domain) => TypedDataEncoder.hashDomain(domain) === separator);
}

/** What the token says; `undefined` where it has no such function. Throws where the server did not answer: that says nothing of the token. */
async function ofToken<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (thrown) {
    const failure = chainFailure(thrown, { what: "read what the token can do" });
    if (UNANSWERED.has(failure.code)) throw failure;
    return undefined;
  }
}
