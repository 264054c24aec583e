import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** What happens to a request: it passes; no answer comes, and it does not arrive; it arrives, but its answer is lost. */
export type Passage = "pass" | "refuse" | "loseAnswer";

/** A JSON-RPC server that can fail on purpose, in front of a real one. */
export interface RpcGate extends AsyncDisposable {
  readonly rpcUrl: string;
  /** Asked for every request, by method. */
  decide: (method: string) => Passage;
  /** An error to answer with, in the place of the server's answer. */
  answer: (method: string, params: readonly unknown[]) => RpcError | undefined;
  /** Sees every request. */
  observe: (method: string, params: readonly unknown[]) => void;
  /** Methods that came, in order. */
  readonly methods: string[];
}

export interface RpcError {
  readonly code: number;
  readonly message: string;
}

interface RpcCall {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** Opens a gate in front of a JSON-RPC server. */
export async function openGate(target: string): Promise<RpcGate> {
  const methods: string[] = [];
  const server = createServer((request, response) => void forward(request, response));
  const gate: Pick<RpcGate, "decide" | "answer" | "observe"> = {
    decide: () => "pass",
    answer: () => undefined,
    observe: () => {},
  };
  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { id, method, params } = JSON.parse(body) as RpcCall;
    methods.push(method);
    gate.observe(method, params);
    const passage = gate.decide(method);
    if (passage === "refuse") return void request.socket.destroy();
    const error = gate.answer(method, params);
    const answer = error === undefined ? await ask(target, body) : JSON.stringify({ jsonrpc: "2.0", id, error });
    if (passage === "loseAnswer") return void request.socket.destroy();
    response.writeHead(200, { "content-type": "application/json" }).end(answer);
  }
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(gate, {
    rpcUrl: `http://127.0.0.1:${port}`,
    methods,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

async function ask(target: string, body: string): Promise<string> {
  const answer = await fetch(target, { method: "POST", headers: { "content-type": "application/json" }, body });
  return answer.text();
}
