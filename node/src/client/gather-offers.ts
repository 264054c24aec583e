import { LloomError } from "../errors.ts";
import type { AskDesk } from "./ask.ts";

/** What gathering needs. */
export type GatherDesk = Pick<AskDesk, "book" | "discover" | "survey"> & {
  readonly settings: Pick<AskDesk["settings"], "clock" | "offerWaitMs">;
};

/**
 * Makes sure that there is a choice: waits a few seconds for a first offer of the model, then for what the validators know
 * besides. Who chose among the first offers heard would often pay the dearest executor. Throws CANCELLED.
 */
export async function gatherOffers(desk: GatherDesk, model: string, signal: AbortSignal): Promise<void> {
  const hasOffers = (): boolean => desk.book.candidates(model, desk.settings.clock()).length > 0;
  const wasEmpty = !hasOffers();
  if (wasEmpty) await firstOffer(desk, { model, signal, hasOffers });
  if (hasOffers()) await orAborted(desk.survey(model, { again: wasEmpty }), signal);
  if (signal.aborted) throw new LloomError("CANCELLED", "The caller cancelled.");
}

interface Waiting {
  readonly model: string;
  readonly signal: AbortSignal;
  readonly hasOffers: () => boolean;
}

/**
 * Until an offer of the model comes in. Once the whole network has been searched and offers other models, there is nothing to
 * wait for.
 */
async function firstOffer(
  { book, discover, settings }: GatherDesk,
  { model, signal, hasOffers }: Waiting,
): Promise<void> {
  const searched = new AbortController();
  const until = AbortSignal.any([signal, searched.signal, AbortSignal.timeout(settings.offerWaitMs)]);
  void discover(model).then(() => {
    if (book.models(settings.clock()).length > 0) searched.abort();
  });
  while (!until.aborted && !hasOffers()) await book.nextOffer(until);
}

function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  if (signal.aborted) aborted.resolve();
  signal.addEventListener("abort", () => aborted.resolve(), { once: true });
  return Promise.race([work, aborted.promise]);
}
