/**
 * What RPC servers say, in their own words: go-ethereum, Nethermind (its older and its newer names), Besu, Erigon and Reth
 * as their sources have them, Hardhat, and hosted servers. For servers that are staged in front of a real chain.
 */
import type { RpcErrorKind } from "../../node/src/chain/rpc/rpc-error.ts";

/** An error of one make. */
export interface RpcWords {
  readonly make: string;
  readonly kind: RpcErrorKind;
  readonly code: number;
  readonly message: string;
}

type Row = readonly [make: string, code: number, message: string];

const rows = (kind: RpcErrorKind, ...of: readonly Row[]): RpcWords[] =>
  of.map(([make, code, message]) => ({ make, kind, code, message }));

export const RPC_WORDS: readonly RpcWords[] = [
  ...rows(
    "known",
    ["go-ethereum", -32000, "already known"],
    ["Nethermind", -32010, "AlreadyKnown"],
    ["Nethermind", -32010, "already known"],
    ["Besu", -32000, "Known transaction"],
    ["Erigon", -32000, "existing txn with same hash"],
    ["Erigon", -32000, "INTERNAL_ERROR: existing tx with same hash"],
    ["Erigon", -32000, "ALREADY_EXISTS: already known"],
    ["Reth", -32000, "already known"],
    ["OpenEthereum", -32010, "Transaction with the same hash was already imported."],
    ["hosted", -32000, "tx already in mempool"],
    ["hosted", -32000, "ALREADY_IN_POOL"],
    ["hosted", -32000, "tx already exists in pool"],
    ["Hardhat", -32000, "Known transaction: 0x12"],
  ),
  ...rows(
    "taken",
    ["go-ethereum", -32000, "replacement transaction underpriced"],
    ["Nethermind", -32010, "ReplacementNotAllowed"],
    ["Besu", -32000, "Replacement transaction underpriced"],
    ["Erigon", -32000, "could not replace existing tx"],
    [
      "OpenEthereum",
      -32010,
      "Transaction gas price 1wei is too low. There is another transaction with same nonce in the queue.",
    ],
    ["Reth", -32003, "replacement transaction underpriced"],
    [
      "Hardhat",
      -32000,
      "Replacement transaction underpriced. A gasPrice/maxFeePerGas of at least 2 is necessary to replace the existing transaction with nonce 1.",
    ],
  ),
  ...rows(
    "cheap",
    ["go-ethereum", -32000, "transaction underpriced"],
    ["go-ethereum", -32000, "transaction underpriced: gas tip cap 1, minimum needed 25000000000"],
    ["go-ethereum", -32000, "max fee per gas less than block base fee: address 0xab, maxFeePerGas: 1, baseFee: 7"],
    ["Nethermind", -32010, "FeeTooLow, MaxFeePerGas too low. MaxFeePerGas: 1, BaseFee: 7"],
    ["Nethermind", -32010, "FeeTooLowToCompete"],
    ["Nethermind", -32010, "transaction underpriced"],
    ["Besu", -32009, "Gas price below configured minimum gas price"],
    ["Besu", -32009, "Gas price below current base fee"],
    ["Erigon", -32000, "underpriced"],
    ["Erigon", -32000, "fee too low"],
    ["Reth", -32003, "transaction underpriced"],
    ["Reth", -32003, "max fee per gas less than block base fee"],
    ["Reth", -32003, "transaction priority fee below minimum required priority fee 1000000"],
    ["hosted", -32000, "transaction gas price below minimum: gas tip cap 1, minimum needed 25"],
    ["anybody", -32000, "tip too low"],
    [
      "Hardhat",
      -32000,
      "Transaction maxFeePerGas (1) is too low for the next block, which has a baseFeePerGas of 875000000",
    ],
    [
      "Hardhat",
      -32000,
      "Transaction gasPrice (1) is too low for the next block, which has a baseFeePerGas of 875000000",
    ],
  ),
  ...rows(
    "nonceUsed",
    ["go-ethereum", -32000, "nonce too low: next nonce 12, tx nonce 11"],
    ["Nethermind", -32010, "OldNonce"],
    ["Nethermind", -32010, "OldNonce, Current nonce: 12, nonce of rejected tx: 11"],
    ["Besu", -32001, "Nonce too low"],
    ["Erigon", -32000, "nonce too low"],
    ["Reth", -32000, "nonce too low: next nonce 12, tx nonce 11"],
    ["Hardhat", -32000, "Nonce too low. Expected nonce to be 12 but got 11."],
    ["OpenEthereum", -32010, "Transaction nonce is too low. Try incrementing the nonce."],
    ["anybody", -32000, "nonce has already been used"],
    ["anybody", -32000, "NonceTooLow"],
    ["anybody", -32000, "old nonce"],
  ),
  ...rows(
    "nonceAhead",
    ["go-ethereum", -32000, "nonce too high"],
    ["Nethermind", -32010, "NonceGap, Future nonce. Expected nonce: 7"],
    ["Nethermind", -32010, "nonce too far in future"],
    ["Besu", -32000, "Transaction nonce is too distant from current sender nonce"],
    ["Besu", -32000, "An invalid transaction with a lower nonce exists"],
    ["Erigon", -32000, "nonce too high"],
  ),
  ...rows(
    "funds",
    ["go-ethereum", -32000, "insufficient funds for gas * price + value: balance 0, tx cost 1, overshot 1"],
    ["Nethermind", -32010, "InsufficientFunds, Account balance: 0, cumulative cost: 1"],
    ["Besu", -32004, "Upfront cost exceeds account balance"],
    ["Erigon", -32000, "insufficient funds"],
    ["Reth", -32003, "insufficient funds for gas * price + value: have 0 want 1"],
    [
      "Hardhat",
      -32000,
      "Sender doesn't have enough funds to send tx. The max upfront cost is: 1 and the sender's balance is: 0.",
    ],
  ),
  ...rows(
    "invalid",
    ["go-ethereum", -32000, "exceeds block gas limit"],
    ["go-ethereum", -32000, "intrinsic gas too low: gas 1, minimum needed 21000"],
    ["go-ethereum", -32000, "tx fee (2.00 ether) exceeds the configured cap (1.00 ether)"],
    ["Nethermind", -32010, "GasLimitExceeded, Tx gas limit: 2, block gas limit: 1"],
    ["Nethermind", -32010, "gas limit reached"],
    ["Besu", -32005, "Transaction gas limit exceeds block gas limit"],
    ["Besu", -32000, "Transaction fee cap exceeded"],
    ["Besu", -32000, "Wrong chainId"],
    ["Erigon", -32000, "gas limit is too high"],
    ["Erigon", -32000, "IntrinsicGas"],
    ["Reth", -32003, "exceeds max transaction gas limit"],
    ["go-ethereum", -32000, "transaction gas limit too high (cap: 16777216, tx: 30000000)"],
    ["Hardhat", -32000, "Transaction gas limit is 30000000 and exceeds transaction gas cap of 16777216"],
    ["Besu", -32000, "ChainId not supported"],
    ["Erigon", -32000, "initcode too large"],
  ),
  ...rows(
    "busy",
    ["go-ethereum", -32000, "txpool is full"],
    ["Erigon", -32000, "pending sub-pool is full"],
    ["Nethermind", -32016, "Module Timeout"],
    ["hosted", -32005, "daily request count exceeded, request rate limited"],
    ["hosted", -32005, "project ID request rate exceeded"],
    ["hosted", -32005, "rate limit exceeded"],
    ["anybody", -32000, "ratelimit exceeded"],
    ["hosted", -32005, "limit exceeded"],
    ["hosted", -32016, "over rate limit"],
    ["hosted", -32007, "50/second request limit reached - reduce calls per second or upgrade your account"],
    ["hosted", 429, "Your app has exceeded its compute units per second capacity."],
    ["hosted", 429, "Too Many Requests"],
    ["hosted", -32029, "Too many requests. Please slow down."],
  ),
  ...rows(
    "range",
    ["go-ethereum", -32602, "exceed maximum block range: 50000"],
    ["Besu", -32005, "Requested range exceeds maximum RPC range limit"],
    ["Reth", -32602, "query exceeds max block range 100000"],
    ["Reth", -32602, "query exceeds max results 20000, retry with the range 24383075-24383096"],
    ["hosted", -32005, "query returned more than 10000 results"],
    ["hosted", -32602, "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range"],
    ["hosted", -32614, "eth_getLogs is limited to a 10,000 range"],
    ["hosted", -32600, "block range is too wide"],
    ["hosted", -32047, "Invalid eth_getLogs request. 'fromBlock'-'toBlock' range too large. Max range: 800"],
    ["hosted", -32000, "requested too many blocks from 1 to 5000, maximum is set to 2048"],
    ["hosted", -32600, "please limit the query to at most 1000 blocks"],
    ["hosted", 35, "ranges over 10000 blocks are not supported on freetier"],
    ["hosted", -32600, "eth_getLogs is limited to 1024 block"],
    ["hosted", -32000, "exceeds the range allowed for your plan (5000 > 1000)."],
    ["hosted", -32000, "query timeout exceeded"],
    ["hosted", -32005, "too much data, reduce the block range and try again"],
    ["hosted", -32602, "invalid block range: maximum is 1000"],
  ),
  ...rows(
    "lag",
    ["go-ethereum", -32000, "header not found"],
    ["go-ethereum", -32000, "missing trie node 12 (path ) state 0x34 is not available"],
    ["go-ethereum", -32000, "block range extends beyond current head block"],
    ["go-ethereum", -32000, "invalid block range params"],
    ["go-ethereum", -32000, "block #77 not found"],
    ["go-ethereum", -32000, "required historical state unavailable (reexec=128)"],
    ["go-ethereum", -32000, "historical state 0x12 is not available"],
    ["Nethermind", -32001, "header for hash not found"],
    ["Besu", -39001, "Unknown block"],
    ["Besu", -32008, "Initial sync is still in progress"],
    ["Erigon", -32000, "block not found: 77"],
    ["Reth", -32602, "block range extends beyond current head block: requested 9, head 7"],
    ["hosted", -32019, "block is out of range"],
    ["hosted", -32000, "cannot query unfinalized data"],
    ["hosted", -32000, "requested from block 9 after last accepted block 7"],
  ),
  ...rows("indexing", ["go-ethereum", -32000, "transaction indexing is in progress"]),
  ...rows(
    "unknown",
    ["anybody", -32603, "Internal error"],
    ["anybody", -32000, "unknown transaction state"],
    ["anybody", -32042, "the cat sat on the disk"],
  ),
];

/** The words of one kind. */
export const wordsOf = (kind: RpcErrorKind): readonly RpcWords[] => RPC_WORDS.filter((words) => words.kind === kind);

/** How servers refuse a range that is too long in what they say, and answer by, of other things. */
export const UNSAID_RANGES: readonly { code: number; message: string; status?: number; body?: string }[] = [
  { code: -32005, message: "limit exceeded" },
  { code: -32016, message: "Module Timeout" },
  { code: 0, message: "", status: 503, body: "<html>Service Unavailable</html>" },
  { code: 0, message: "", status: 504, body: "<html>Gateway Timeout</html>" },
];
