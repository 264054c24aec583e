import { ERROR_CODES, type ErrorCode } from "@lloom/protocol/error-codes";
import { LloomError } from "../errors.ts";

/** A failed call as HTTP tells it. */
export interface HttpProblem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly error: OpenAiError };
}

/** OpenAI's shape, and its word for the failure where it has one. */
export interface OpenAiError {
  readonly message: string;
  readonly type: string;
  /** The field of the request that is wrong, such as `messages[0].content`. */
  readonly param: string | null;
  readonly code: string;
  /** The network's own word. */
  readonly lloom_code: string;
}

/** What clients of OpenAI's API look for in `code`. */
const OPENAI_CODES: Readonly<Record<string, string>> = {
  API_KEY_INVALID: "invalid_api_key",
  /** As OpenAI says it of a project that may not use a model, with 403. */
  MODEL_NOT_ALLOWED: "model_not_found",
  KEY_BUDGET_SPENT: "insufficient_quota",
  CONTEXT_EXCEEDED: "context_length_exceeded",
  MODEL_NOT_FOUND: "model_not_found",
  INSUFFICIENT_FUNDS: "insufficient_quota",
  CHANNEL_UNDERFUNDED: "insufficient_quota",
  RATE_LIMITED: "rate_limit_exceeded",
  QUEUE_FULL: "rate_limit_exceeded",
  UNSUPPORTED: "unsupported_parameter",
};

/** What HTTP alone knows: in place of what the code says. */
export interface HttpTerms {
  readonly status: number;
  readonly type?: string;
  readonly code?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly next: string;
}

/** A failure of the call itself, before the network had to do with it. */
export class HttpError extends LloomError {
  readonly terms: HttpTerms;

  constructor(code: ErrorCode, message: string, terms: HttpTerms) {
    super(code, message, { next: terms.next });
    this.terms = terms;
  }
}

const RETRY_AFTER_SECONDS = "1";

/** A failure in OpenAI's shape: the sentence, then what to do. Details and causes stay in the log. */
export function problemOf(error: LloomError): HttpProblem {
  const kind = ERROR_CODES[error.code];
  const terms: Partial<HttpTerms> = error instanceof HttpError ? error.terms : {};
  const status = terms.status ?? kind.status;
  const { param } = error.details;
  const code = terms.code ?? error.code;
  return {
    status,
    headers: {
      ...(status === 429 && error.retryable && { "retry-after": RETRY_AFTER_SECONDS }),
      /** OpenAI's clients repeat calls that failed with 409, 429 or 5xx; here only where that may help. */
      ...(!error.retryable && { "x-should-retry": "false" }),
      ...terms.headers,
    },
    body: {
      error: {
        message: `${error.message} ${error.next}`,
        type: terms.type ?? kind.type,
        param: typeof param === "string" ? param : null,
        code: OPENAI_CODES[code] ?? code,
        lloom_code: code,
      },
    },
  };
}

/** A request that names a wrong or missing field. */
export const invalidField = (param: string, message: string): LloomError =>
  new LloomError("REQUEST_INVALID", message, { details: { param } });

const notJson = (message: string): HttpError =>
  new HttpError("REQUEST_INVALID", message, { status: 400, next: "Send one JSON object." });

/** Failures of the HTTP server by its own codes. */
const SERVER_ERRORS: Readonly<Record<string, HttpError>> = {
  FST_ERR_BAD_URL: new HttpError("REQUEST_INVALID", "The path has percent signs that encode no text.", {
    status: 400,
    next: "Encode it as UTF-8, a percent sign as %25.",
  }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: new HttpError("REQUEST_INVALID", "The body's content type is not JSON.", {
    status: 415,
    next: "Send the header content-type: application/json.",
  }),
  FST_ERR_CTP_INVALID_JSON_BODY: notJson("The body is not valid JSON."),
  FST_ERR_CTP_EMPTY_JSON_BODY: notJson("The body is empty."),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: notJson("The body is not as long as announced."),
  /** In the middle of the body; nobody reads the answer. */
  ECONNRESET: new HttpError("CANCELLED", "The caller hung up.", { status: 499, next: "Send the whole request." }),
  FST_ERR_CTP_BODY_TOO_LARGE: new HttpError("FRAME_TOO_LARGE", "The body is too large.", {
    status: 413,
    next: "Send a shorter conversation.",
  }),
};

/** Any thrown value as a failure to tell. What nobody foresaw is INTERNAL, and says nothing of what it was. */
export function failureOf(thrown: unknown): LloomError {
  if (thrown instanceof LloomError) return thrown;
  return SERVER_ERRORS[serverCode(thrown)] ?? new LloomError("INTERNAL", "The gateway failed.", { cause: thrown });
}

function serverCode(thrown: unknown): string {
  /** The JSON parser's own failures carry no code. */
  if (thrown instanceof SyntaxError) return "FST_ERR_CTP_INVALID_JSON_BODY";
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
}
