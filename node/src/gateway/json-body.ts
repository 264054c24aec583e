import { isDeeper } from "@lloom/protocol/form/depth";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { HttpError } from "./http-problem.ts";

/** A byte order mark is taken off, as RFC 8259 allows; other bytes that are no UTF-8 are refused, not mended. */
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Most of a refused body that is read and thrown away, so that its sender gets to read the refusal. */
const MOST_DISCARDED_BYTES = 64 * 1024 * 1024;

/** Lists and objects inside of each other: who reads a body calls itself for each of them. */
const MOST_LEVELS = 512;

const notUtf8 = (what: string): HttpError =>
  new HttpError("REQUEST_INVALID", what, { status: 400, next: "Encode the body as UTF-8 (RFC 8259, 8.1)." });

export interface JsonBodies {
  /** An empty body is none, where the route needs none: some clients name a content type all the same. */
  readonly mayBeEmpty?: boolean;
}

/** Takes JSON in UTF-8 and nothing else. Keys that would reach an object's prototype are refused, as is half of a letter. */
export function takeJson(server: FastifyInstance, { mayBeEmpty = false }: JsonBodies = {}): void {
  server.removeAllContentTypeParsers();
  const read = jsonReader(server);
  server.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) => {
    refuseCharset(request);
    if (mayBeEmpty && body.length === 0) return done(null, undefined);
    done(null, read(body as Buffer));
  });
}

/** Reads JSON as bodies are read, wherever it comes from. */
export type JsonReader = (bytes: Buffer) => unknown;

export function jsonReader(server: FastifyInstance): JsonReader {
  const parse = server.getDefaultJsonParser("error", "error");
  return (bytes) => {
    const text = keepLongSeeds(decode(bytes));
    let outcome: { readonly error: Error | null; readonly value: unknown } | undefined;
    // It looks at the text alone, and is done when it returns.
    parse({} as FastifyRequest, text, (error, value) => {
      outcome = { error, value };
    });
    if (outcome?.error) throw outcome.error;
    if (text.length > 2 * MOST_LEVELS && isDeeper(outcome?.value, MOST_LEVELS)) throw tooDeep();
    return outcome?.value;
  };
}

function refuseCharset({ headers }: FastifyRequest): void {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(headers["content-type"] ?? "")?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) throw notUtf8(`The body is said to be ${charset}.`);
}

function decode(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch {
    throw notUtf8("The body is not UTF-8.");
  }
}

const tooDeep = (): HttpError =>
  new HttpError("REQUEST_INVALID", `The body has more than ${MOST_LEVELS} levels of lists and objects.`, {
    status: 400,
    next: "Send it flatter.",
  });

/** A whole number of more digits than a double holds, as a field's value. */
const LONG_SEED = /("seed"\s*:\s*)(-?\d{16,20})(?=\s*[,}])/g;

/**
 * A seed of 64 bits has more digits than a number here: it goes on as text. Inside of text, where quotes are escaped, nothing is
 * found; in a schema's or a function's example a number would become text, so that only what has such digits at all is touched.
 */
const keepLongSeeds = (json: string): string => json.replaceAll(LONG_SEED, '$1"$2"');

/**
 * Reads on what is left of a refused body. A connection that is closed while its sender still writes is reset, and the
 * sender sees a broken pipe in place of the refusal. Bounded in bytes here, in time by the server's own limit.
 */
export function discardBody({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (raw.complete) return;
  // The framework would close at once; read to its end, the connection can be kept.
  reply.removeHeader("connection");
  let discarded = 0;
  raw.on("data", (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > MOST_DISCARDED_BYTES) raw.destroy();
  });
  raw.resume();
}
