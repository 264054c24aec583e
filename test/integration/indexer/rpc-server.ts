import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** What a chain in this process answers by. */
export interface ChainProvider {
  request(call: { method: string; params: unknown[] }): Promise<unknown>;
}

export interface RpcServer extends AsyncDisposable {
  readonly url: string;
  /** Lets another chain answer at the same address, as a development chain does that is started anew. */
  serve(provider: ChainProvider): void;
}

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params?: unknown[];
}

/** Serves a chain of this process as JSON-RPC over HTTP on a free port of the loopback. */
export async function openRpcServer(first: ChainProvider): Promise<RpcServer> {
  let provider = first;
  const answer = async ({ id, method, params }: Call): Promise<unknown> => {
    try {
      return { jsonrpc: "2.0", id, result: await provider.request({ method, params: params ?? [] }) };
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      // What a contract refused with.
      const { data } = thrown as { readonly data?: unknown };
      return { jsonrpc: "2.0", id, error: { code: data === undefined ? -32_000 : 3, message, data } };
    }
  };
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    void text(request)
      .then((body) => answer(JSON.parse(body) as Call))
      .then((reply) => response.setHeader("content-type", "application/json").end(JSON.stringify(reply)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    serve: (next) => {
      provider = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
