import { serveRpc } from "../p2p/rpc/rpc.ts";
import type { Recounting, RecountingParts } from "./check/recounting.ts";

/**
 * Gives the vocabularies that this client counts by to whoever has to count by them: an executor that hides from jurors what it
 * signed gains nothing by it.
 */
export const serveVocabularies = (
  { host, log }: Pick<RecountingParts, "host" | "log">,
  { part }: Pick<Recounting, "part">,
): Promise<AsyncDisposable> => serveRpc(host, { offers: () => [], vocabulary: part, log });
