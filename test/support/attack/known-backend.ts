import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { begin, DONE, finish, json, text as piece, usage } from "../staged-openai.ts";
import { ATTACKED_MODEL, knownInbound, knownPieces } from "./known-answer.ts";
import { listen } from "./listen.ts";

/** Between two pieces: an answer takes a fifth of a second, so that whatever strikes finds some under way. */
const PIECE_MS = 15;

/** A server of OpenAI's API that gives the known answer to every question, to as many executors as ask. */
export interface KnownBackend extends AsyncDisposable {
  readonly url: string;
}

export async function startKnownBackend(): Promise<KnownBackend> {
  const server = createServer((request, response) => void serve(request, response));
  const { port, close } = await listen(server);
  return { url: `http://127.0.0.1:${port}/v1`, [Symbol.asyncDispose]: close };
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  if (request.url === "/v1/models") return json(response, 200, { object: "list", data: [{ id: ATTACKED_MODEL }] });
  const { messages } = JSON.parse(body) as { readonly messages: readonly { readonly content: string }[] };
  const question = messages.at(-1)?.content ?? "";
  const pieces = knownPieces(question);
  begin(response);
  for (const content of pieces) {
    await pause(PIECE_MS);
    // Its executor was killed, or its client went elsewhere.
    if (response.destroyed) return;
    response.write(piece(content));
  }
  response.write(finish("stop"));
  response.write(usage(knownInbound(question), pieces.length));
  response.end(DONE);
}
