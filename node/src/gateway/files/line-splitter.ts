import { isUtf8 } from "node:buffer";
import { invalidField } from "../http-problem.ts";

/** What the lines of a file may be. */
export interface LineLimits {
  /** In one file. */
  readonly lines: number;
  /** Of one line, with its end. */
  readonly lineBytes: number;
}

const NEWLINE = 0x0a;

/** Cuts a file into lines as it comes; each keeps its end, so that all together are the file. Throws REQUEST_INVALID that names the line. */
export class LineSplitter {
  readonly #limits: LineLimits;
  /** Of the line that has not ended yet. */
  #pieces: Buffer[] = [];
  #pieceBytes = 0;
  #lines = 0;

  constructor(limits: LineLimits) {
    this.#limits = limits;
  }

  /** Lines that have ended with this piece of the file. */
  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      lines.push(this.#end(chunk.subarray(start, end + 1)));
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
    return lines;
  }

  /** The last one, where nothing ends it. */
  end(): Buffer[] {
    return this.#pieceBytes === 0 ? [] : [this.#end(Buffer.alloc(0))];
  }

  #keep(piece: Buffer): void {
    this.#pieceBytes += piece.length;
    const { lineBytes } = this.#limits;
    if (this.#pieceBytes > lineBytes) throw this.#wrong(`is longer than ${lineBytes} bytes`);
    // What it is cut from is reused.
    this.#pieces.push(Buffer.from(piece));
  }

  #end(rest: Buffer): Buffer {
    this.#keep(rest);
    const line = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#pieceBytes = 0;
    if (!isUtf8(line)) throw this.#wrong("is not UTF-8");
    this.#lines += 1;
    const { lines } = this.#limits;
    if (this.#lines > lines) throw invalidField("file", `file: it has more than ${lines} lines.`);
    return line;
  }

  #wrong(what: string): Error {
    return invalidField("file", `file: line ${this.#lines + 1} ${what}.`);
  }
}
