import { LloomError } from "../../errors.ts";

/** Most bytes that a length takes: 4 x 7 bits are far above any limit on frames. */
const MAX_LENGTH_BYTES = 4;
const FIRST_CAPACITY = 4096;

/** Unsigned varint of a frame's length. */
export function encodeLength(length: number): Uint8Array {
  const bytes: number[] = [];
  let rest = length;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/**
 * Cuts a byte stream into frames: an unsigned varint length, then so many bytes. The claimed length is only believed as the
 * bytes come, so that a peer cannot make us reserve memory with five bytes.
 */
export class FrameDecoder {
  readonly #maxBytes: number;
  #length: number | undefined;
  #lengthSoFar = 0;
  #lengthBytes = 0;
  #body = new Uint8Array(0);
  #filled = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of an unfinished frame. */
  get bufferedBytes(): number {
    return this.#filled;
  }

  /** Whether a frame has begun and not ended. */
  get isInside(): boolean {
    return this.#lengthBytes > 0;
  }

  /**
   * Frames that `chunk` completes. A frame may share memory with `chunk`: use it before the next turn. Throws FRAME_INVALID
   * and FRAME_TOO_LARGE; after that the stream has no more frames to find.
   */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    let at = 0;
    while (at < chunk.length) {
      if (this.#length === undefined) {
        at = this.#readLength(chunk, at);
        continue;
      }
      const end = Math.min(chunk.length, at + this.#length - this.#filled);
      const whole = this.#filled === 0 && end - at === this.#length;
      if (!whole) this.#keep(chunk.subarray(at, end), this.#length);
      const frame = whole ? chunk.subarray(at, end) : this.#body;
      at = end;
      if (!whole && this.#filled < this.#length) continue;
      const length = this.#length;
      this.#reset();
      yield frame.subarray(0, length);
    }
  }

  #readLength(chunk: Uint8Array, start: number): number {
    let at = start;
    for (let byte = chunk[at]; byte !== undefined; byte = chunk[at]) {
      at += 1;
      this.#lengthSoFar |= (byte & 0x7f) << (7 * this.#lengthBytes);
      this.#lengthBytes += 1;
      if (byte < 0x80) {
        this.#length = this.#checked(byte);
        break;
      }
      if (this.#lengthBytes === MAX_LENGTH_BYTES) throw this.#tooLarge("2^28 or more");
    }
    return at;
  }

  #checked(lastByte: number): number {
    const length = this.#lengthSoFar;
    if (length === 0) throw new LloomError("FRAME_INVALID", "A frame is never empty.");
    if (lastByte === 0)
      throw new LloomError("FRAME_INVALID", "A frame's length is written in as few bytes as possible.");
    if (length > this.#maxBytes) throw this.#tooLarge(String(length));
    return length;
  }

  #tooLarge(length: string): LloomError {
    return new LloomError("FRAME_TOO_LARGE", `A frame of ${length} bytes; at most ${this.#maxBytes} are taken.`);
  }

  #keep(part: Uint8Array, length: number): void {
    const needed = this.#filled + part.length;
    if (this.#body.length < needed) {
      const grown = new Uint8Array(Math.min(length, Math.max(FIRST_CAPACITY, needed, 2 * this.#body.length)));
      grown.set(this.#body.subarray(0, this.#filled));
      this.#body = grown;
    }
    this.#body.set(part, this.#filled);
    this.#filled = needed;
  }

  #reset(): void {
    this.#length = undefined;
    this.#lengthSoFar = 0;
    this.#lengthBytes = 0;
    this.#body = new Uint8Array(0);
    this.#filled = 0;
  }
}
