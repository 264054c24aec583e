import { z } from "@lloom/protocol/zod";
import { asLloomError, LloomError } from "../../errors.ts";
import { parseChatRequest } from "../../gateway/chat/chat-request.ts";
import { USUAL_MAX_TOKENS } from "../../gateway/gateway-options.ts";
import type { Log } from "../../log.ts";
import { readOutsideFile } from "../../outside-file.ts";
import { type RecordedRequest, recordedVisits, visitsOf } from "../../validator/canary/recorded-visits.ts";
import { shippedVisits, type VisitSource } from "../../validator/canary/visit-source.ts";

const MOST_BYTES = 64 * 1024 * 1024;
const MOST_LINES = 200_000;
/** With fewer the same questions soon come again. */
const LEAST_VISITS = 20;
const NEXT =
  "Give JSON lines, each the body of a chat completion as OpenAI's interface has it, with user and at if they are known.";

/** Beside the request's own fields: who asked, and when (Unix seconds, or a date as ISO 8601 has it). */
const notesSchema = z.object({
  user: z.string().min(1).max(1024).optional(),
  at: z.union([z.number(), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text) / 1000)]).optional(),
});
const lineSchema = z.record(z.string(), z.unknown());

/** What canaries are drawn from: the recorded traffic that the settings name, or the shipped tables. Throws CONFIG_INVALID. */
export function openVisits(path: string | undefined, log: Log): VisitSource {
  if (path === undefined) return shippedVisits;
  const { requests, unsold } = readTraffic(path);
  log.info(
    { requests: requests.length, visits: visitsOf(requests).length, unsold },
    "canaries are drawn from recorded traffic",
  );
  const onUsedUp = (): void => log.warn({ path }, "the recorded visits were all used, and begin anew");
  return recordedVisits({ requests, usualMaxTokens: USUAL_MAX_TOKENS, onUsedUp });
}

/** The requests of a file, and how many ask for what this network does not sell: those are left out. Throws CONFIG_INVALID. */
export function readTraffic(path: string): { readonly requests: readonly RecordedRequest[]; readonly unsold: number } {
  const what = `The traffic file ${path}`;
  const text = readOutsideFile({ path, what, code: "CONFIG_INVALID", next: NEXT, limit: MOST_BYTES });
  const lines = text.split(/\r?\n/);
  if (lines.length > MOST_LINES) throw invalid(`${what} has more than ${MOST_LINES} lines.`, "Give a part of it.");
  let unsold = 0;
  const requests: RecordedRequest[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    try {
      requests.push(requestOf(line));
    } catch (thrown) {
      const error = asLloomError(thrown);
      if (error.code !== "UNSUPPORTED") throw invalid(`${what} is wrong in line ${index + 1}: ${error.message}`, NEXT);
      unsold += 1;
    }
  }
  const visits = visitsOf(requests).length;
  if (visits < LEAST_VISITS)
    throw invalid(
      `${what} has ${visits} visits that this network could answer; ${LEAST_VISITS} are needed.`,
      "Record more: canaries that come again and again are recognised.",
    );
  return { requests, unsold };
}

function requestOf(line: string): RecordedRequest {
  const whole = lineSchema.safeParse(jsonOf(line));
  if (!whole.success) throw invalid("it is no JSON object.", NEXT);
  const { user, at, ...body } = whole.data;
  const notes = notesSchema.safeParse({ user: user ?? undefined, at: at ?? undefined });
  if (!notes.success)
    throw invalid('"user" is text, and "at" Unix seconds or a date such as 2026-11-29T18:00:00Z.', NEXT);
  const { messages, sampling, stream, maxOutboundTokens } = parseChatRequest({ model: "any", ...body });
  return {
    ...{ messages, sampling, whole: !stream, maxOutboundTokens },
    ...(notes.data.user !== undefined && { client: notes.data.user }),
    ...(notes.data.at !== undefined && { atSeconds: notes.data.at }),
  };
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const invalid = (message: string, next: string): LloomError => new LloomError("CONFIG_INVALID", message, { next });
