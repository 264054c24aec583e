import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { ResponseReader } from "./response-reader.ts";

/** Where and how the same call is made again and again. */
export interface Target {
  /** Base URL, without /v1. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly status: number;
  readonly body: string;
}

/** Bytes of a call, made once for all calls. */
export function callBytes({ url, headers = {} }: Target, body: string): Buffer {
  const lines = Object.entries({
    host: new URL(url).host,
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST /v1/chat/completions HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
}

/** A connection that is kept, over which one call is made at a time. */
export class Caller implements Disposable {
  readonly #socket: Socket;
  readonly #reader: ResponseReader;
  #status = 0;
  #pieces: Buffer[] = [];
  #onPiece: ((text: string) => void) | undefined;
  #open: PromiseWithResolvers<Answered> | undefined;
  #problem: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket.setNoDelay(true);
    this.#reader = new ResponseReader({
      onStatus: (status) => {
        this.#status = status;
      },
      onBody: (bytes) => {
        if (this.#onPiece === undefined) this.#pieces.push(bytes);
        else this.#onPiece(bytes.toString());
      },
      onEnd: () => this.#end(),
    });
    socket.on("data", (piece: Buffer) => {
      try {
        this.#reader.read(piece);
      } catch (thrown) {
        this.#fail(thrown as Error);
      }
    });
    socket.on("error", (thrown) => this.#fail(thrown));
    socket.on("close", () => this.#fail(new Error("The connection was closed.")));
  }

  static async open({ url }: Target): Promise<Caller> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, "connect");
    return new Caller(socket);
  }

  /** Makes a call; its body comes whole, or in pieces to `onPiece`. Rejects when the connection fails. */
  call(bytes: Buffer, onPiece?: (text: string) => void): Promise<Answered> {
    if (this.#problem !== undefined) return Promise.reject(this.#problem);
    this.#open = Promise.withResolvers<Answered>();
    this.#onPiece = onPiece;
    this.#pieces = [];
    this.#socket.write(bytes);
    return this.#open.promise;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #end(): void {
    const [only] = this.#pieces;
    const body = this.#pieces.length === 1 ? only : Buffer.concat(this.#pieces);
    this.#open?.resolve({ status: this.#status, body: body?.toString() ?? "" });
    this.#open = undefined;
  }

  #fail(problem: Error): void {
    this.#problem ??= problem;
    this.#socket.destroy();
    this.#open?.reject(problem);
    this.#open = undefined;
  }
}
