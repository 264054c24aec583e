import type { CompactSignature, SignerAuthorization } from "@lloom/protocol/commitment-types";
import type { CommitmentDomain } from "@lloom/protocol/commitments";
import { z } from "@lloom/protocol/zod";
import { address, heading, readSigned, signature, uint, writeSigned } from "./signed-file.ts";

/** A session key's proof that somebody has it and means it to sign for that client. */
export interface Possession {
  readonly domain: CommitmentDomain;
  readonly authorization: SignerAuthorization;
  readonly possession: CompactSignature;
}

const FORMAT = "lloom-signer-1";
const NEXT = "Give a file that the session key wrote: lloom signer prove CLIENT FILE";

const fileSchema = z.strictObject({
  ...heading(FORMAT),
  authorization: z.strictObject({ principal: address, signer: address, deadline: uint(40), nonce: uint(256) }),
  possession: signature,
});

/** Writes a proof to a new file. Throws LloomError COMMAND_INVALID when there is one already, or none can be there. */
export const writePossession = (path: string, { domain, ...proof }: Possession): void =>
  writeSigned(path, "The proof", { format: FORMAT, ...domain, ...proof });

/** Reads a proof. Throws LloomError ORDER_INVALID that names the field. Nothing is verified. */
export function readPossession(path: string): Possession {
  const { chainId, accounting, authorization, possession } = readSigned(path, {
    what: "The proof",
    schema: fileSchema,
    next: NEXT,
  });
  return { domain: { chainId, accounting }, authorization, possession };
}
