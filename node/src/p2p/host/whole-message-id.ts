import { createHash } from "node:crypto";
import type { RPC } from "@libp2p/gossipsub/message";

/** Equal for messages that are equal to the last byte, signature and all, and for no others. */
export function wholeMessageId({ from, data, seqno, topic, signature, key }: RPC.Message): string {
  const hash = createHash("sha256").update(topic);
  for (const part of [from, data, seqno, signature, key]) hash.update(`,${part?.length ?? -1},`).update(part ?? "");
  return hash.digest("base64");
}
