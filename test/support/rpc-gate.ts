import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/**
 * What happens to a request: it passes; no answer comes, and it does not arrive; it arrives, but its answer is lost; it
 * arrives nowhere, and the connection stays open for ever.
 */
export type Passage = "pass" | "refuse" | "loseAnswer" | "hang";

/** A JSON-RPC server that can fail on purpose, in front of a real one. */
export interface RpcGate extends AsyncDisposable {
  readonly rpcUrl: string;
  /** Asked for every request; the request waits for what it says. */
  decide: (method: string, params: readonly unknown[]) => Passage | Promise<Passage>;
  /** An error to answer with, in the place of the server's answer. */
  answer: (method: string, params: readonly unknown[]) => RpcError | undefined;
  /** Sees the server's result, and gives the one to tell. */
  distort: (method: string, result: unknown, params: readonly unknown[]) => unknown;
  /** Sees every request. */
  observe: (method: string, params: readonly unknown[]) => void;
  /** Methods that came, in order. */
  readonly methods: string[];
}

/** A JSON-RPC error, in HTTP 200 unless a status is named. */
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
  readonly status?: number;
  /** The whole body, of a server that answers no JSON-RPC. */
  readonly body?: string;
}

interface RpcCall {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** Opens a gate in front of a JSON-RPC server. */
export async function openGate(target: string): Promise<RpcGate> {
  const methods: string[] = [];
  // Whoever asked may have been killed meanwhile.
  const server = createServer((request, response) => void forward(request, response).catch(() => response.destroy()));
  const gate: Pick<RpcGate, "decide" | "answer" | "distort" | "observe"> = {
    decide: () => "pass",
    answer: () => undefined,
    distort: (_, result) => result,
    observe: () => {},
  };
  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { id, method, params } = JSON.parse(body) as RpcCall;
    methods.push(method);
    gate.observe(method, params);
    const passage = await gate.decide(method, params);
    if (passage === "refuse") return void request.socket.destroy();
    if (passage === "hang") return;
    const error = gate.answer(method, params);
    const answer = error === undefined ? await ask(target, body) : tell(id, error);
    if (passage === "loseAnswer") return void request.socket.destroy();
    const told: { result?: unknown } = error?.body === undefined ? JSON.parse(answer) : {};
    const isDistorted = error === undefined && "result" in told;
    const shown = isDistorted ? JSON.stringify({ ...told, result: gate.distort(method, told.result, params) }) : answer;
    response.writeHead(error?.status ?? 200, { "content-type": "application/json" }).end(shown);
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

function tell(id: unknown, { status: _, body, ...error }: RpcError): string {
  return body ?? JSON.stringify({ jsonrpc: "2.0", id, error });
}

async function ask(target: string, body: string): Promise<string> {
  const answer = await fetch(target, { method: "POST", headers: { "content-type": "application/json" }, body });
  return answer.text();
}
