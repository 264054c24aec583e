import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { LloomError } from "@lloom/protocol/lloom-error";
import { TypedDataEncoder } from "ethers/hash";
import { readIfThere, type View } from "./contracts.ts";
import type { WalletDeployment } from "./deployment.ts";
import { askHex, type Provider } from "./provider.ts";

/** An ERC-2612 permit, as contracts take it. */
export interface Permit {
  /** Unix seconds. */
  readonly deadline: bigint;
  readonly v: number;
  readonly r: Hex;
  readonly s: Hex;
}

/** What a token's permits are signed over. */
export interface PermitTerms {
  readonly domain: { readonly name: string; readonly version: string };
  readonly nonce: bigint;
}

const VALID_SECONDS = 3_600n;
const DOMAIN_FIELDS = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
] as const;
const PERMIT_FIELDS = [
  { name: "owner", type: "address" },
  { name: "spender", type: "address" },
  { name: "value", type: "uint256" },
  { name: "nonce", type: "uint256" },
  { name: "deadline", type: "uint256" },
] as const;

const separatorOf = (domain: PermitTerms["domain"], { chainId, paymentToken }: WalletDeployment): string =>
  TypedDataEncoder.hashDomain({ ...domain, chainId, verifyingContract: paymentToken });

/**
 * What the payment token's permits of an owner are signed over; undefined for a token that has none, or signs them over a domain that
 * cannot be found out. Then an approval by transaction serves.
 */
export async function findPermitTerms(
  provider: Provider,
  deployment: WalletDeployment,
  owner: Address,
): Promise<PermitTerms | undefined> {
  const view = (name: string, values: readonly unknown[] = []): View => ({
    ...{ contract: "token", to: deployment.paymentToken, name, values },
  });
  const ask = async (name: string, values?: readonly unknown[]) => await readIfThere(provider, view(name, values));
  const [separator, nonce, told] = await Promise.all([
    ask("DOMAIN_SEPARATOR"),
    ask("nonces", [owner]),
    ask("eip712Domain"),
  ]);
  if (separator === undefined || nonce === undefined) return undefined;
  const name = told?.["name"] ?? (await ask("name"))?.[0];
  if (typeof name !== "string") return undefined;
  const versions: readonly string[] = told === undefined ? ["1", "2"] : [told["version"]];
  const domain = versions
    .map((version) => ({ name, version }))
    .find((candidate) => separatorOf(candidate, deployment) === separator[0]);
  return domain && { domain, nonce: nonce[0] };
}

/** Who may take how much. */
export interface PermitWish {
  readonly owner: Address;
  readonly spender: Address;
  readonly amount: bigint;
  /** The chain's clock and this machine's, whichever is ahead: in seconds. */
  readonly nowSeconds: bigint;
}

/** Has the wallet's owner sign a permit, which sends nothing. Throws what the wallet throws. */
export async function signPermit(
  provider: Provider,
  deployment: WalletDeployment,
  { domain, nonce }: PermitTerms,
  { owner, spender, amount, nowSeconds }: PermitWish,
): Promise<Permit> {
  const deadline = nowSeconds + VALID_SECONDS;
  const typedData = {
    types: { EIP712Domain: DOMAIN_FIELDS, Permit: PERMIT_FIELDS },
    primaryType: "Permit",
    domain: { ...domain, chainId: String(deployment.chainId), verifyingContract: deployment.paymentToken },
    message: { owner, spender, value: String(amount), nonce: String(nonce), deadline: String(deadline) },
  };
  const signature = await askHex(provider, "eth_signTypedData_v4", [owner, JSON.stringify(typedData)]);
  if (signature.length !== 132)
    throw new LloomError("RESPONSE_INVALID", "The wallet's signature has another form than permits take.");
  const v = Number.parseInt(signature.slice(130), 16);
  return { deadline, r: `0x${signature.slice(2, 66)}`, s: `0x${signature.slice(66, 130)}`, v: v < 27 ? v + 27 : v };
}
