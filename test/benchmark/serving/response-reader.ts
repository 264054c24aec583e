/** What a response is made of, as it comes. */
export interface ResponseEvents {
  readonly onStatus: (status: number) => void;
  readonly onBody: (bytes: Buffer) => void;
  readonly onEnd: () => void;
}

const LINE_END = "\r\n";
const HEAD_END = "\r\n\r\n";

/**
 * Reads HTTP/1.1 responses of one connection out of the pieces that arrive. Only what the servers of this bench send: a length
 * or chunks. A load generator on the machine that it measures has to be cheaper than Node's own client. Throws for anything else.
 */
export class ResponseReader {
  readonly #events: ResponseEvents;
  #unread: Buffer = Buffer.alloc(0);
  #part: "head" | "length" | "size" | "chunk" | "trailer" = "head";
  #left = 0;

  constructor(events: ResponseEvents) {
    this.#events = events;
  }

  read(piece: Buffer): void {
    this.#unread = this.#unread.length === 0 ? piece : Buffer.concat([this.#unread, piece]);
    while (this.#unread.length > 0 && this.#step());
  }

  /** Whether there may be more to read in what has come. */
  #step(): boolean {
    switch (this.#part) {
      case "head":
        return this.#head();
      case "length":
        return this.#body("head");
      case "chunk":
        return this.#body("size");
      case "size":
        return this.#size();
      case "trailer":
        return this.#trailer();
    }
  }

  #head(): boolean {
    const text = this.#take(HEAD_END);
    if (text === undefined) return false;
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
    if (!Number.isInteger(status)) throw new Error("This is no HTTP/1.1 response.");
    const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
    const isChunked = /\r\ntransfer-encoding: *chunked/i.test(text);
    if (length === undefined && !isChunked) throw new Error("The response tells neither its length nor chunks.");
    this.#events.onStatus(status);
    this.#left = Number(length ?? 0);
    this.#part = isChunked ? "size" : "length";
    if (this.#part === "length" && this.#left === 0) this.#end();
    return true;
  }

  #body(next: "head" | "size"): boolean {
    const bytes = this.#unread.subarray(0, this.#left);
    this.#unread = this.#unread.subarray(bytes.length);
    this.#left -= bytes.length;
    this.#events.onBody(bytes);
    if (this.#left > 0) return false;
    if (next === "head") this.#end();
    else this.#part = next;
    return true;
  }

  /** The line of a chunk's size; after a chunk an empty line comes first. */
  #size(): boolean {
    const line = this.#take(LINE_END);
    if (line === undefined) return false;
    if (line === "") return true;
    this.#left = Number.parseInt(line, 16);
    if (Number.isNaN(this.#left)) throw new Error("The response has a chunk without a size.");
    this.#part = this.#left === 0 ? "trailer" : "chunk";
    return true;
  }

  #trailer(): boolean {
    const line = this.#take(LINE_END);
    if (line === undefined) return false;
    if (line === "") this.#end();
    return true;
  }

  #end(): void {
    this.#part = "head";
    this.#events.onEnd();
  }

  #take(end: string): string | undefined {
    const at = this.#unread.indexOf(end);
    if (at < 0) return undefined;
    const text = this.#unread.toString("latin1", 0, at);
    this.#unread = this.#unread.subarray(at + end.length);
    return text;
  }
}
