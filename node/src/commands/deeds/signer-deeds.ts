import type { Address } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { minedEvent } from "../../chain/account/mined-events.ts";
import { authorizeSignerCall, revokeSignerCall } from "../../chain/account/session-signers.ts";
import { readSigner } from "../../chain/reads.ts";
import { LloomError } from "../../errors.ts";
import { recoverAddress } from "../../wallet/recover.ts";
import type { Possession } from "../signed/possession-file.ts";
import { shownDate, shownDuration, shownMoment } from "../words.ts";
import type { Account } from "./account.ts";
import type { Deed, Done } from "./deed.ts";
import { requireDeployment } from "./relaying.ts";

/** Lets a session key sign for this account. Throws LloomError ORDER_INVALID, CHAIN_MISMATCH for a proof of another kind. */
export async function signerAddition({ chain, address }: Account, proof: Possession): Promise<Deed> {
  const { authorization, possession } = proof;
  const { principal, signer, deadline } = authorization;
  requireDeployment(chain, proof.domain);
  const proven = recoverAddress(
    createCommitmentHasher(chain.domain).hashSignerAuthorization(authorization),
    possession,
  );
  if (proven !== signer)
    throw new LloomError("ORDER_INVALID", `The proof was signed by ${proven ?? "nobody"}, and not by ${signer}.`);
  if (principal !== address)
    throw new LloomError("ORDER_INVALID", `The proof is for ${principal}, and this key is ${address}.`);
  const [known, nowSeconds] = await Promise.all([readSigner(chain, signer), chain.nowSeconds()]);
  const isOwn = known?.principal === address;
  return {
    intent: `authorize signer ${signer}`,
    call: authorizeSignerCall(chain, authorization, possession),
    title: `Let the session key ${signer} sign for this account`,
    facts: [
      ["may", "sign requests that this account pays, and move its deposit into channels and back"],
      ["pays out", "to this account alone"],
      [
        "ends",
        `with lloom signer remove: its orders at once, its requests ${shownDuration(chain.unlockDelaySeconds)} later; the same key never comes back`,
      ],
    ],
    event: { action: "addSigner", signer },
    done: () => ({ sentence: `${signer} signs for ${address} now.` }),
    nothing: isOwn && known.thawEnd === 0n ? `${signer} signs for ${address} already.` : undefined,
    refused: refusalOf({ signer, deadline, nowSeconds, takenBy: known?.principal }),
  };
}

interface Candidate {
  readonly signer: Address;
  readonly deadline: bigint;
  readonly nowSeconds: bigint;
  readonly takenBy: Address | undefined;
}

function refusalOf({ signer, deadline, nowSeconds, takenBy }: Candidate): LloomError | undefined {
  const next = "Make a new key (lloom wallet new --data-dir OTHER) and have it prove itself.";
  if (takenBy !== undefined)
    return new LloomError("ORDER_INVALID", `${signer} was authorized by ${takenBy} before, and a key serves once.`, {
      next,
    });
  if (deadline >= nowSeconds) return undefined;
  return new LloomError("ORDER_INVALID", `The proof could be used until ${shownMoment(deadline, nowSeconds)} only.`);
}

/** Ends a session key. */
export async function signerRemoval({ chain, address }: Account, signer: Address): Promise<Deed> {
  const [known, nowSeconds] = await Promise.all([readSigner(chain, signer), chain.nowSeconds()]);
  const isOwn = known?.principal === address;
  const thawEnd = known?.thawEnd || nowSeconds + chain.unlockDelaySeconds;
  const isRevoked = isOwn && known.thawEnd !== 0n;
  const until = shownMoment(thawEnd, nowSeconds);
  return {
    intent: `revoke signer ${signer}`,
    call: revokeSignerCall(chain, signer),
    title: `End the session key ${signer}`,
    facts: [
      ["orders", "of it count no more as soon as this is mined"],
      ["requests", `with deadlines until ${until}, still count: they may have been answered`],
    ],
    event: { action: "removeSigner", signer, thawEnd },
    done: (receipt) => removalDone(signer, minedEvent(chain, receipt, "SignerRevoked").thawEnd, nowSeconds),
    nothing: isRevoked ? `${signer} is revoked already: its requests ${countUntil(thawEnd, nowSeconds)}.` : undefined,
    refused: isOwn
      ? undefined
      : new LloomError("COMMAND_INVALID", `${signer} does not sign for ${address}.`, {
          next: "lloom signer list shows the keys that do.",
        }),
  };
}

const removalDone = (signer: Address, thawEnd: bigint, nowSeconds: bigint): Done => ({
  sentence: `${signer} is revoked: its orders count no more, its requests ${countUntil(thawEnd, nowSeconds)}.`,
  event: { action: "removeSigner", signer, thawEnd },
});

/** "count with deadlines until …": whatever they pay may be settled for a while after that. */
export const countUntil = (thawEnd: bigint, nowSeconds: bigint): string =>
  thawEnd < nowSeconds
    ? `counted with deadlines until ${shownDate(thawEnd)}`
    : `count with deadlines until ${shownMoment(thawEnd, nowSeconds)}`;
