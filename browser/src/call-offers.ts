import type { Stream } from "@libp2p/interface";
import { LloomError } from "@lloom/protocol/lloom-error";
import { type SignedOffer, WIRE_LIMITS } from "@lloom/protocol/messages";
import { decodeOffersReply, encodeRpcRequest } from "@lloom/protocol/wire";
import type { OffersWanted } from "./page-types.ts";

/** Asks over a stream of `/lloom/rpc/1` what is offered. Throws what the peer says, STREAM_INTERRUPTED, FRAME_INVALID. */
export async function callOffers(
  stream: Stream,
  { model, executor }: OffersWanted,
  signal: AbortSignal,
): Promise<SignedOffer[]> {
  const reading = readToEnd(stream, signal);
  const wanted = { ...(model !== undefined && { model }), ...(executor !== undefined && { executor }) };
  stream.send(encodeRpcRequest({ method: "offers", ...wanted }));
  const [bytes] = await Promise.all([reading, stream.close({ signal })]);
  const reply = decodeOffersReply(bytes);
  if ("offers" in reply) return reply.offers;
  throw new LloomError(reply.error.code, `The peer answered: ${reply.error.message}`);
}

/** All that comes until the other side ends it in order. */
function readToEnd(stream: Stream, signal: AbortSignal): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const parts: Uint8Array[] = [];
  let length = 0;
  const interrupted = (): void => reject(new LloomError("STREAM_INTERRUPTED", "The connection was lost."));
  stream.addEventListener("message", ({ data }) => {
    length += data.byteLength;
    parts.push(data.subarray());
    if (length > WIRE_LIMITS.rpcBytes)
      reject(new LloomError("FRAME_TOO_LARGE", `An answer of more than ${length} bytes.`));
  });
  // The end may be told before what came ahead of it, and a lost connection ends every stream without having said so.
  let isSaid = false;
  const onEnd = (): void => (isSaid && length > 0 ? resolve(joined(parts, length)) : interrupted());
  stream.addEventListener("remoteCloseWrite", () => {
    isSaid = true;
  });
  stream.addEventListener("end", onEnd);
  stream.addEventListener("close", () => {
    isSaid &&= stream.status !== "aborted" && stream.status !== "reset";
    onEnd();
  });
  signal.addEventListener("abort", interrupted, { once: true });
  return promise.finally(() => signal.removeEventListener("abort", interrupted));
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
