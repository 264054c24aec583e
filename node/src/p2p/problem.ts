import { ProtocolError } from "@lloom/protocol/protocol-error";
import { asLloomError, LloomError } from "../errors.ts";

/** What decoding threw, as the node's error with the protocol's code. */
export function wireProblem(thrown: unknown): LloomError {
  if (thrown instanceof ProtocolError) return new LloomError(thrown.code, thrown.message, { cause: thrown });
  return asLloomError(thrown, "FRAME_INVALID");
}
