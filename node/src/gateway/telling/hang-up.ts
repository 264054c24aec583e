import type { FastifyReply } from "fastify";

/** Aborts when the caller closes the connection before its answer is complete. */
export function onHangUp({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once("close", () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}
