/**
 * Every failure that can cross an interface of the network (wire, HTTP, command line), once.
 * `retryable`: another executor, or the same one a little later, may well succeed with the same request.
 * `status`, `type`: what the HTTP gateway answers, in OpenAI's shapes.
 * `next`: what the person who sees it can do.
 */
interface ErrorKind {
  readonly retryable: boolean;
  readonly status: number;
  readonly type: string;
  readonly next: string;
}

const kind = (retryable: boolean, status: number, type: string, next: string): ErrorKind => ({
  retryable,
  status,
  type,
  next,
});

export const ERROR_CODES = {
  REQUEST_INVALID: kind(false, 400, "invalid_request_error", "Correct the field that the message names."),
  UNSUPPORTED: kind(false, 400, "invalid_request_error", "Leave the field out; this network does not offer it yet."),
  CONTEXT_EXCEEDED: kind(false, 400, "invalid_request_error", "Shorten the messages or lower max_tokens."),
  FRAME_INVALID: kind(false, 400, "invalid_request_error", "Send frames as the protocol describes them."),
  FRAME_TOO_LARGE: kind(false, 413, "invalid_request_error", "Send a smaller message."),
  SIGNATURE_INVALID: kind(
    false,
    401,
    "authentication_error",
    "Sign with the key of the client that the request names.",
  ),
  INSUFFICIENT_FUNDS: kind(false, 402, "insufficient_quota", "Deposit more: lloom deposit AMOUNT."),
  CHANNEL_UNDERFUNDED: kind(true, 402, "insufficient_quota", "Allocate more to this executor, or choose another."),
  UNLOCK_PENDING: kind(
    true,
    402,
    "insufficient_quota",
    "Cancel the unlock of this channel, or choose another executor.",
  ),
  MODEL_NOT_FOUND: kind(false, 404, "invalid_request_error", "Ask for a model that GET /v1/models lists."),
  ROUTE_NOT_FOUND: kind(false, 404, "invalid_request_error", "See docs/gateway.md for the routes."),
  OFFER_UNKNOWN: kind(
    true,
    409,
    "invalid_request_error",
    "Fetch the executor's offers again and accept a current one.",
  ),
  PRICE_REFUSED: kind(true, 409, "invalid_request_error", "Refresh the offers and sign the current price."),
  LANE_OUT_OF_STEP: kind(true, 409, "invalid_request_error", "Open a new lane."),
  LANE_BUSY: kind(true, 409, "invalid_request_error", "Use another lane for a parallel request."),
  DEADLINE_INVALID: kind(false, 400, "invalid_request_error", "Set the clock; a deadline lies 10 s to 1 h ahead."),
  CLOCK_WRONG: kind(true, 503, "server_error", "Set this machine's clock by the network."),
  RATE_LIMITED: kind(true, 429, "rate_limit_error", "Wait a moment, then try again."),
  QUEUE_FULL: kind(true, 429, "rate_limit_error", "Wait a moment, or choose another executor."),
  CANCELLED: kind(false, 499, "invalid_request_error", "Nothing to do: the caller cancelled."),
  INTERNAL: kind(true, 500, "server_error", "Try again; if it stays, report it with the request id."),
  BACKEND_FAILED: kind(true, 502, "server_error", "Try again; another executor is chosen."),
  RESPONSE_INVALID: kind(
    true,
    502,
    "server_error",
    "Nothing was acknowledged; at most the request's cap can be settled. Try again; the executor is avoided for a while.",
  ),
  EXECUTOR_UNREACHABLE: kind(true, 502, "server_error", "Try again; another executor is chosen."),
  STREAM_INTERRUPTED: kind(
    true,
    502,
    "server_error",
    "Send the request again; the partial answer is not acknowledged.",
  ),
  NO_EXECUTOR: kind(true, 503, "server_error", "Wait until an executor offers the model, or ask for another one."),
  DRAINING: kind(true, 503, "server_error", "Choose another executor; this one is shutting down."),
  BACKEND_TIMEOUT: kind(true, 504, "server_error", "Try again, or ask for fewer tokens."),
  EXECUTOR_TIMEOUT: kind(true, 504, "server_error", "Try again; another executor is chosen."),
  COMMAND_INVALID: kind(false, 400, "invalid_request_error", "See how it is used: lloom --help."),
  EVIDENCE_REFUSED: kind(
    false,
    403,
    "invalid_request_error",
    "Ask as a party to the answer, as a juror of an open dispute about it, or with its client's consent.",
  ),
  EVIDENCE_MISSING: kind(
    false,
    404,
    "invalid_request_error",
    "Ask the other party; what no dispute can need any more is deleted.",
  ),
  EVIDENCE_INVALID: kind(
    false,
    502,
    "server_error",
    "Ask the other party; what came does not belong to what was signed.",
  ),
  RECEIPT_INVALID: kind(false, 400, "invalid_request_error", "It does not prove what it says; do not accept it."),
  ORDER_INVALID: kind(false, 400, "invalid_request_error", "Have it signed anew; nothing was sent."),
  CONFIG_INVALID: kind(false, 500, "server_error", "Correct the setting that the message names."),
  KEYSTORE_INVALID: kind(false, 500, "server_error", "Check the keystore file and its password."),
  SIGNER_UNREACHABLE: kind(true, 503, "server_error", "Start the signer, or correct --signer-url."),
  SIGNER_REFUSED: kind(false, 502, "server_error", "See what the signer's rules and its log say."),
  CHAIN_UNREACHABLE: kind(true, 503, "server_error", "Check the RPC URL and that the chain is running."),
  CHAIN_MISMATCH: kind(false, 500, "server_error", "Use the RPC URL and contract addresses of one and the same chain."),
  TRANSACTION_FAILED: kind(
    true,
    502,
    "server_error",
    "Look the transaction up in the explorer; check gas and balance.",
  ),
  KEY_IN_USE: kind(false, 500, "server_error", "Stop the other process that works with this key, then start again."),
  STORE_FAILED: kind(false, 500, "server_error", "Check free space and permissions of the data directory."),
  PORT_TAKEN: kind(false, 500, "server_error", "Choose another port."),
  INDEXER_BUSY: kind(true, 503, "server_error", "Wait the seconds that retry-after says, then ask again."),
  INDEXER_UNREACHABLE: kind(
    true,
    503,
    "server_error",
    "Start it, or point LLOOM_INDEXER_URL at one that runs. This page comes back by itself.",
  ),
  INDEXER_TIMEOUT: kind(
    true,
    504,
    "server_error",
    "It may be catching up with the chain. This page tries again by itself.",
  ),
  INDEXER_REFUSED: kind(
    true,
    502,
    "server_error",
    "It may still be starting. This page tries again by itself; if it stays, restart the indexer.",
  ),
  INDEXER_ANSWER_INVALID: kind(false, 502, "server_error", "Run indexer and explorer of the same version."),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Whether a string that came from outside is one of our codes. */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_CODES, code);
