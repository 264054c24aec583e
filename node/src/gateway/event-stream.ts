import type { FastifyReply } from "fastify";

/** A stream of server-sent events that begins as late as it can, so that an early failure still has its own status. */
export interface EventStream {
  readonly opened: boolean;
  /** Writes one event; resolves when the reader can take more, or is gone. */
  send(data: string, event?: string): Promise<void>;
  close(): void;
}

const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache",
  /** Proxies of the nginx family would hold events back. */
  "x-accel-buffering": "no",
};

export interface EventStreamOptions {
  /** A comment is sent after each such silence; the first opens the stream. */
  readonly keepAliveMs: number;
  /** A reader that takes nothing for so long is cut off, or it would hold an answer for ever. */
  readonly readTimeoutMs: number;
}

export function createEventStream(
  reply: FastifyReply,
  { keepAliveMs, readTimeoutMs }: EventStreamOptions,
): EventStream {
  const { raw } = reply;
  let opened = false;
  const write = (text: string): boolean => {
    if (!opened) {
      opened = true;
      reply.hijack();
      for (const [name, value] of Object.entries({ ...reply.getHeaders(), ...HEADERS }))
        if (value !== undefined) raw.setHeader(name, value);
      raw.writeHead(200).setTimeout(readTimeoutMs);
    }
    timer.refresh();
    return raw.destroyed || raw.write(text);
  };
  /** Without an empty line behind it: some readers take that for an event without data. */
  const timer = setTimeout(() => write(": keep-alive\n"), keepAliveMs);
  return {
    get opened() {
      return opened;
    },
    async send(data, event) {
      const line = event === undefined ? "" : `event: ${event}\n`;
      if (!write(`${line}data: ${data}\n\n`)) await writable(reply);
    },
    close() {
      clearTimeout(timer);
      if (opened) raw.end();
    },
  };
}

/** A slow reader holds the answer up instead of filling the memory. */
function writable({ raw }: FastifyReply): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      raw.off("drain", settle);
      raw.off("close", settle);
      resolve();
    };
    raw.on("drain", settle);
    raw.on("close", settle);
  });
}
