import { randomBytes } from "node:crypto";
import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { bytesToHex } from "@lloom/protocol/hex";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { encodeClientFrame } from "@lloom/protocol/wire";
import { continueLane, requestTerms } from "../../client/pay/build-request.ts";
import { encodeLength } from "../../p2p/frames/framing.ts";
import { toSeconds, wallClock } from "../../primitives/clock.ts";
import { identityFromSecret } from "../../wallet/identity.ts";
import type { Examination } from "./examination.ts";
import { Skipped } from "./finding.ts";

const DEADLINE_SECONDS = 300n;

/** A frame with a request that is right in everything but that its client has no channel, or, forged, did not sign it. */
export function strangersRequest({ offers, domain }: Examination, { isForged = false } = {}): Uint8Array {
  const [signed] = offers;
  if (signed === undefined) throw new Skipped("it offers nothing that could be asked for");
  const hasher = createCommitmentHasher(domain);
  const identity = identityFromSecret(randomBytes(32));
  const promptSalt = bytesToHex(randomBytes(32));
  const offerHash = hasher.hashOffer(signed.offer);
  const messages = [{ role: "user" as const, content: "Say hello." }];
  const sampling = { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" as const };
  const question = { model: signed.offer.model, messages, sampling, maxOutboundTokens: 8 };
  const terms = requestTerms(question, { client: identity.address, offer: signed.offer, offerHash, promptSalt });
  const deadline = toSeconds(wallClock()) + DEADLINE_SECONDS;
  const request = continueLane(terms, { lane: BigInt(bytesToHex(randomBytes(8))), state: EMPTY_LANE, deadline });
  const { weightsHash, profileHash } = signed.offer;
  const frame = encodeClientFrame({
    ...{ type: "request", id: 1, request, promptSalt, messages, sampling, weightsHash, profileHash, offerHash },
    signature: isForged ? { r: ZERO_HASH, vs: ZERO_HASH } : identity.sign(hasher.hashRequest(request)),
  });
  return Buffer.concat([encodeLength(frame.length), frame]);
}
