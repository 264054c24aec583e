/**
 * What an RPC server means by an error, told apart in one place. JSON-RPC has no codes for it, so each make of client
 * (go-ethereum, Nethermind, Besu, Erigon, Reth) and each hosted server has its own words; codes are shared by several
 * meanings (-32005 is a rate limit, a range, or a gas limit) and count only where the words say nothing.
 */
export type RpcErrorKind =
  /** The pool or a block has this very transaction. */
  | "known"
  /** The fee is below what the pool takes. */
  | "cheap"
  /** Another transaction has the nonce in the pool, and the fee is below what replaces it. */
  | "taken"
  /** The account has used the nonce. */
  | "nonceUsed"
  /** Transactions before this one are missing at the server. */
  | "nonceAhead"
  /** Too little ether for gas and value. */
  | "funds"
  /** The transaction is wrong in itself: no later try is taken. */
  | "invalid"
  /** Too many calls, or too much work, for now. */
  | "busy"
  /** The call asks for more blocks or logs than the server gives at once. */
  | "range"
  /** The server does not know the block yet, or not any more. */
  | "lag"
  /** The server has the block, but not yet an index of its transactions. */
  | "indexing"
  /** Nobody knows: whoever can waits. */
  | "unknown";

/** An error as JSON-RPC carries it. */
export interface RpcErrorBody {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly data?: unknown;
}

/** An error that an RPC server answered with, its words free of the server's address. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly kind: RpcErrorKind;
  readonly rpcCode: unknown;
  /** An earlier try of the same call was not answered: it may have arrived all the same. */
  readonly isAfterLoss: boolean;

  constructor(kind: RpcErrorKind, { code, message }: RpcErrorBody, isAfterLoss = false) {
    super(String(message ?? "no reason given"));
    this.kind = kind;
    this.rpcCode = code;
    this.isAfterLoss = isAfterLoss;
  }
}

/** In the order in which they are looked at: a sentence may hold words of several. */
const WORDS: readonly (readonly [RpcErrorKind, RegExp])[] = [
  ["indexing", /indexing is in progress/i],
  [
    "known",
    /already[ _]?(known|imported|exist|in[ _](the )?(mem|tx)?pool)|\bknown transaction|existing txn? with (the )?same hash/i,
  ],
  [
    "taken",
    /replacement (transaction|fee)|replacement ?not ?allowed|could not replace|another transaction with same nonce/i,
  ],
  ["cheap", /underpriced|(price|fee|\btip).*(below|too ?low|lower than|less than)/i],
  ["nonceUsed", /nonce.*(too ?low|already)|old ?nonce/i],
  ["nonceAhead", /nonce.*(too high|too far|too distant|gap)|noncegap|noncetoohigh|lower nonce|tooFarInFuture/i],
  [
    "funds",
    /insufficient ?funds|insufficient balance|upfront cost exceeds|(doesn't|not) have enough (funds|balance)|not enough (funds|balance)/i,
  ],
  [
    "invalid",
    /exceeds (the )?(block|max)( transaction)? gas limit|gas ?limit ?(exceed|reached|is too high|too high)|gas limit.*exceeds|intrinsic ?gas|oversized data|invalid (sender|signature)|(wrong|invalid|unsupported) chain ?id|chain ?id (not supported|is required)|exceeds the configured cap|fee cap exceeded|(type|tx) not supported|unsupported transaction type|not an eoa|initcode|max priority fee per gas (higher|exceeds)|not authorized to send/i,
  ],
  // Before "invalid block range", "try again" and other words that servers put around it.
  [
    "range",
    /(reduce|smaller|shorter|narrower|limit (the|your)).{0,30}\b(block|range)|block range.{0,30}(max|limit|exceed|too )/i,
  ],
  [
    "lag",
    /header (for hash )?not found|unknown block|block[^.]*not (found|available)|block is out of range|missing trie node|(beyond|above|exceeds).*\bhead\b|after last accepted|invalid block range|sync(ing| is)|state.*available|pruned|could not find block|unfinalized data/i,
  ],
  [
    "busy",
    /rate.?limit|too many (requests|connections)|request (limit|rate)|per second|compute units|throughput|throttl|quota|request count|capacity|overloaded|try again|pool is full|not healthy|no backend|module timeout/i,
  ],
  [
    "range",
    /\branges?\b|limited to|(more than|at most) [\d,]+ (results|logs|blocks|events)|too many (blocks|logs|results)|response size|max results|number of requested blocks|blocks distance|query timeout|query must be smaller|too large/i,
  ],
];

/** Servers' own numbers for "not so fast": hosted ones, Nethermind's timeout, and HTTP's in a body. */
const BUSY_CODES: ReadonlySet<unknown> = new Set([429, 503, -32005, -32007, -32016, -32029, -32097]);

/** What an error means; "unknown" when neither words nor number tell. */
export function rpcErrorKind({ code, message }: RpcErrorBody): RpcErrorKind {
  const words = String(message);
  const told = WORDS.find(([, pattern]) => pattern.test(words));
  if (told !== undefined) return told[0];
  return BUSY_CODES.has(code) ? "busy" : "unknown";
}

/** The same for anything that was thrown while a call was made. */
export const kindOf = (thrown: unknown): RpcErrorKind => (thrown instanceof RpcError ? thrown.kind : "unknown");

/** What no server says of a transaction that it has just taken. */
const REFUSALS: ReadonlySet<RpcErrorKind> = new Set([
  ...(["cheap", "taken", "nonceAhead", "funds", "invalid"] as const),
  ...(["busy", "lag", "indexing"] as const),
]);
/** Busy ones that may have passed a call on before, and only know of no answer. */
const PASSED_ON = /time|backend|healthy|again|unavailable|upstream/i;

/**
 * Whether an error of sending a transaction proves that the server has not got it: it refused this very try, and no try
 * before went without an answer.
 */
export function provesRefusal(thrown: unknown): boolean {
  if (!(thrown instanceof RpcError) || thrown.isAfterLoss || !REFUSALS.has(thrown.kind)) return false;
  return thrown.kind !== "busy" || !(thrown.rpcCode === 503 || PASSED_ON.test(thrown.message));
}
