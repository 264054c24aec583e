import type { Address, CompactSignature, SignerAuthorization } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { isAddress } from "@lloom/protocol/identifiers";
import { LloomError } from "@lloom/protocol/lloom-error";
import { recoverAddress } from "@lloom/protocol/signatures";
import { formatDuration } from "../../format.ts";
import { big, hex, record, text } from "../../readers.ts";
import { type Read, readAddress } from "../fields.ts";
import type { Call, Planned } from "../plan.ts";
import { accountingCall, moment, planned, type Situation } from "./situation.ts";

/** A session key's proof that somebody has it and means it to sign for that client. */
export interface Possession {
  readonly authorization: SignerAuthorization;
  readonly possession: CompactSignature;
}

const FORMAT = "lloom-signer-1";
/** Characters of a proof; it has some 700. */
const MOST_PROOF = 4_000;
const NOT_A_PROOF = "This is no proof of a session key: paste the file that lloom signer prove wrote.";
const MOST_DEADLINE = (1n << 40n) - 1n;

/** Reads the file that `lloom signer prove` writes, as far as its form goes. Throws LloomError, or SyntaxError for no JSON. */
function parseProof(proof: string): Possession & { readonly chainId: bigint; readonly accounting: Address } {
  const file = record(JSON.parse(proof), "proof");
  if (file["format"] !== FORMAT) throw new LloomError("ORDER_INVALID", NOT_A_PROOF);
  const authorization = record(file["authorization"], "authorization");
  const possession = record(file["possession"], "possession");
  const address = (value: unknown, path: string): Address => {
    const read = text(value, path).toLowerCase();
    if (isAddress(read)) return read;
    throw new LloomError("ORDER_INVALID", `${path} is no address.`);
  };
  return {
    chainId: big(file["chainId"], "chainId"),
    accounting: address(file["accounting"], "accounting"),
    authorization: {
      principal: address(authorization["principal"], "principal"),
      signer: address(authorization["signer"], "signer"),
      deadline: big(authorization["deadline"], "deadline"),
      nonce: big(authorization["nonce"], "nonce"),
    },
    possession: { r: hex(possession["r"], "possession.r"), vs: hex(possession["vs"], "possession.vs") },
  };
}

/** Checks what is typed as a proof: form, deployment, client, time and signature. */
export function readPossession({
  typed,
  facts,
  deployment,
}: Pick<Situation, "typed" | "facts" | "deployment">): Read<Possession> {
  const given = (typed.proof ?? "").trim();
  if (given === "" || given.length > MOST_PROOF) return { problem: NOT_A_PROOF };
  try {
    const { chainId, accounting, ...proof } = parseProof(given);
    const { principal, signer, deadline } = proof.authorization;
    if (chainId !== deployment.chainId || accounting !== deployment.accounting)
      return { problem: `The proof is for contract ${accounting} on chain ${chainId}, and not for this network.` };
    if (principal !== facts.address)
      return { problem: `The proof is for ${principal}, and not for the connected account.` };
    if (deadline <= facts.seconds || deadline > MOST_DEADLINE)
      return { problem: `The proof ended at ${moment(deadline)}: have the session key write a new one.` };
    const digest = createCommitmentHasher({ chainId, accounting }).hashSignerAuthorization(proof.authorization);
    if (recoverAddress(digest, proof.possession) !== signer)
      return { problem: "The proof is not signed by the session key that it names." };
    return { value: proof };
  } catch (thrown) {
    return {
      problem:
        thrown instanceof LloomError && thrown.code !== "ORDER_INVALID"
          ? `${NOT_A_PROOF} ${thrown.message}`
          : NOT_A_PROOF,
    };
  }
}

/** What it means to let a key sign. */
export const authorizeEffects = (
  { facts, deployment }: Pick<Situation, "facts" | "deployment">,
  { authorization }: Possession,
): string[] => [
  `The session key ${authorization.signer} may from then on sign requests for ${facts.address}: it can spend what is in channels, allocate the free deposit, and withdraw it to ${facts.address} alone.`,
  `It signs for this account for ever, until it is revoked; a revoked key still counts for ${formatDuration(Number(deployment.unlockDelaySeconds))} and never comes back.`,
];

export const authorizeCall = (
  situation: Pick<Situation, "deployment">,
  { authorization: { signer, deadline, nonce }, possession: { r, vs } }: Possession,
): Call =>
  accountingCall(situation, `Authorise the session key ${signer}`, "authorizeSigner", [
    signer,
    deadline,
    nonce,
    [r, vs],
  ]);

/** Lets a key sign for the account. */
export const planAuthorizeSigner = (situation: Situation): Planned =>
  planned({ proof: readPossession(situation) }, ({ proof }) => ({
    title: "Authorise a session key",
    effects: ["No money moves.", ...authorizeEffects(situation, proof)],
    calls: [authorizeCall(situation, proof)],
  }));

/** Ends a key. */
export function planRevokeSigner(situation: Situation): Planned {
  const { facts, deployment } = situation;
  return planned({ signer: readAddress(situation.typed.signer ?? "", "the session key") }, ({ signer }) => ({
    title: "Revoke a session key",
    effects: [
      `${signer} no longer signs allocations, unlocks and withdrawals for ${facts.address}, at once.`,
      `What it signed for work under way stays payable until about ${moment(facts.seconds + deployment.unlockDelaySeconds)}. It never comes back: use a new key.`,
    ],
    calls: [accountingCall(situation, `Revoke the session key ${signer}`, "revokeSigner", [signer])],
  }));
}
