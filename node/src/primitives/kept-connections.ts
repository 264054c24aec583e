import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

export interface HttpCall {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Posted; a call without one is a GET. */
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
  /** Told before the call is sent once more: the server may have had it the first time. */
  readonly onRepeat?: () => void;
}

export interface KeptConnectionsOptions {
  readonly maxSockets?: number;
  /** Longest wait for a new connection; for ever, or as the system has it, unless given. */
  readonly connectTimeoutMs?: number;
}

type Agent = HttpAgent | HttpsAgent;

/** HTTP calls over connections that are kept between them. */
export class KeptConnections implements Disposable {
  readonly #agents: readonly [http: HttpAgent, https: HttpsAgent];
  readonly #connectTimeoutMs: number | undefined;

  constructor({ maxSockets = Number.POSITIVE_INFINITY, connectTimeoutMs }: KeptConnectionsOptions = {}) {
    const options = { keepAlive: true, maxSockets };
    this.#agents = [new HttpAgent(options), new HttpsAgent(options)];
    this.#connectTimeoutMs = connectTimeoutMs;
  }

  /**
   * Sends a call; resolves when the head of the answer is there. When the server closed an idle connection at the moment of its
   * use, which says nothing about the server, the call is sent once more over a new one. Throws what the system throws.
   */
  async call(asked: HttpCall): Promise<IncomingMessage> {
    const [http, https] = this.#agents;
    const first = this.#send(asked, asked.url.protocol === "https:" ? https : http);
    try {
      return await first.response;
    } catch (thrown) {
      if (!first.isStale(thrown)) throw thrown;
      asked.onRepeat?.();
      return await this.#send(asked, false).response;
    }
  }

  [Symbol.dispose](): void {
    for (const agent of this.#agents) agent.destroy();
  }

  #send({ url, headers, body, signal }: HttpCall, agent: Agent | false) {
    const { promise: response, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const method = body === undefined ? "GET" : "POST";
    const request = send(url, { method, agent, signal, headers: { ...headers, ...length } });
    let bytesBefore = 0;
    request.once("socket", (socket) => {
      bytesBefore = socket.bytesRead;
      if (socket.connecting && this.#connectTimeoutMs !== undefined) limitConnecting(request, this.#connectTimeoutMs);
    });
    request.on("response", resolve).on("error", reject).end(body);
    const isStale = (thrown: unknown): boolean =>
      request.reusedSocket && isCut(thrown) && (request.socket?.bytesRead ?? 0) === bytesBefore;
    return { response, isStale };
  }
}

/** The other side closed the connection. */
const isCut = (thrown: unknown): boolean =>
  thrown instanceof Error && "code" in thrown && (thrown.code === "ECONNRESET" || thrown.code === "EPIPE");

function limitConnecting(request: ClientRequest, timeoutMs: number): void {
  const giveUp = (): void => {
    request.destroy(Object.assign(new Error("The connection took too long."), { code: "ETIMEDOUT" }));
  };
  const timer = setTimeout(giveUp, timeoutMs);
  request.socket?.once("connect", () => clearTimeout(timer)).once("close", () => clearTimeout(timer));
}
