import { ERROR_CODES, type ErrorCode } from "@lloom/protocol/error-codes";
import { httpEndpoint } from "@lloom/protocol/http-endpoint";
import { z } from "@lloom/protocol/zod";
import { asLloomError, LloomError } from "../../errors.ts";
import { givenPlace } from "../../file-place.ts";
import { readOutsideFile } from "../../outside-file.ts";
import type { CommandContext, Flag } from "../command.ts";

/** A gateway that a command calls as anybody else does. */
export interface GatewayAt {
  /** Without `/v1`. */
  readonly url: string;
  readonly apiKey: string | undefined;
}

export const GATEWAY_KEY_FILE: Flag = {
  form: "--gateway-key-file <FILE>",
  describe: "holds the API key for the gateway",
};

/** The gateway of `--gateway`, with the key of `--gateway-key-file`. Throws COMMAND_INVALID. */
export function gatewayAt({ flags }: Pick<CommandContext, "flags">, fallback?: string): GatewayAt {
  const endpoint = httpEndpoint(String(flags["gateway"] ?? fallback));
  if (endpoint === undefined || endpoint.authorization !== undefined)
    throw new LloomError("COMMAND_INVALID", "--gateway is no plain http or https address.", {
      next: "Give one such as http://127.0.0.1:8080; a key goes into a file: --gateway-key-file FILE.",
    });
  const path = endpoint.path.replace(/\/+$/, "").replace(/\/v1$/, "");
  const file = flags["gatewayKeyFile"];
  return { url: `${endpoint.origin}${path}`, apiKey: typeof file === "string" ? keyIn(file) : undefined };
}

function keyIn(file: string): string {
  const path = givenPlace(file, "--gateway-key-file");
  const next = "Give the path of a file that holds the gateway's API key.";
  return readOutsideFile({ path, what: path, code: "COMMAND_INVALID", next }).trim();
}

export interface GatewayCall {
  readonly path: string;
  /** A form, or what is sent as JSON; without it the call is a GET. */
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

const LONGEST_CALL_MS = 300_000;
const errorSchema = z.object({ error: z.object({ message: z.string(), lloom_code: z.string().nullish() }) });

/**
 * An answer that says yes.
 * @throws LloomError EXECUTOR_UNREACHABLE where nobody answers, CANCELLED when it was stopped, and the gateway's own word for a no.
 */
export async function callGateway({ url, apiKey }: GatewayAt, { path, body, signal }: GatewayCall): Promise<Response> {
  const isForm = body instanceof FormData;
  const headers = {
    ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    ...(body !== undefined && !isForm && { "content-type": "application/json" }),
  };
  let answer: Response;
  try {
    answer = await fetch(`${url}${path}`, {
      ...{ headers, redirect: "error", signal: AbortSignal.any([signal, AbortSignal.timeout(LONGEST_CALL_MS)]) },
      ...(body !== undefined && { method: "POST", body: isForm ? body : JSON.stringify(body) }),
    });
  } catch (cause) {
    if (signal.aborted) throw new LloomError("CANCELLED", "The call to the gateway was stopped.", { cause });
    throw new LloomError("EXECUTOR_UNREACHABLE", `No gateway answers at ${url}: ${asLloomError(cause).message}`, {
      cause,
      next: "Start it (lloom gateway), or correct --gateway.",
    });
  }
  if (answer.ok) return answer;
  const said = errorSchema.safeParse(await answer.json().catch(() => undefined)).data?.error;
  throw new LloomError(
    codeOf(said?.lloom_code),
    `The gateway says ${answer.status}: ${said?.message ?? "nothing more"}`,
    {
      next: answer.status === 401 ? "Give --gateway-key-file FILE." : "Correct what it names, or ask less at once.",
    },
  );
}

const codeOf = (word: string | null | undefined): ErrorCode =>
  word !== null && word !== undefined && Object.hasOwn(ERROR_CODES, word) ? (word as ErrorCode) : "NO_EXECUTOR";
