import { type RpcHandlers, serveRpc } from "../p2p/rpc/rpc.ts";
import type { ClientParts } from "./client.ts";

/**
 * Gives the vocabularies that this client counts by to whoever has to count by them: an executor that hides from jurors what it
 * signed gains nothing by it.
 */
export const serveVocabularies = (
  { host, log }: Pick<ClientParts, "host" | "log">,
  { part }: { readonly part: NonNullable<RpcHandlers["vocabulary"]> },
): Promise<AsyncDisposable> => serveRpc(host, { offers: () => [], vocabulary: part, log });
