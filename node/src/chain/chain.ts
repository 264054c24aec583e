import type { Address } from "@lloom/protocol/commitment-types";
import { type CommitmentDomain, createCommitmentHasher } from "@lloom/protocol/commitments";
import type { NetworkId } from "@lloom/protocol/names";
import { getAddress, isAddress } from "ethers";
import { LloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Backoff } from "../primitives/backoff.ts";
import { chainFailure } from "./chain-failure.ts";
import type { ChainAccount } from "./contract-call.ts";
import { accountingAt, type Contracts, stakeRegistryAt, tokenAt } from "./contracts.ts";
import { openProvider, type RetryingProvider } from "./rpc/provider.ts";
import type { SendJournal } from "./send/send-journal.ts";
import { TransactionSender } from "./send/sender.ts";

export interface ChainOptions {
  /** http or https. */
  readonly rpcUrl: string;
  /** Address of AccountingV2, any case. */
  readonly accounting: string;
  /** Pays gas and signs transactions; without it the chain is for reading. */
  readonly identity?: ChainAccount;
  /** Gives up the opening; afterwards it means nothing. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Blocks with and on top of a transaction's own before it counts as mined; 1 by default. */
  readonly confirmations?: number;
  /** After how long a transaction that is not mined is sent again with a higher fee. */
  readonly stuckAfterMs?: number;
  /** How often the server is asked whether a transaction is mined. */
  readonly pollMs?: number;
  /** Between the tries of one call at a server that is busy or does not answer. */
  readonly pauses?: Backoff;
  /** Where searches of the chain's past begin: the block of the first contract; 0 unless known. */
  readonly startBlock?: number;
  /**
   * Where calls that are on their way are remembered, so that they are not made twice after a restart; for as long as the
   * process lives unless given.
   */
  readonly journal?: (scope: { readonly chainId: bigint; readonly account: Address }) => SendJournal;
}

/** A deployment on a chain, checked when it was opened. */
export interface Chain extends AsyncDisposable {
  readonly network: NetworkId;
  /** What commitments are signed for. */
  readonly domain: CommitmentDomain;
  readonly accounting: Address;
  readonly paymentToken: Address;
  readonly stakeRegistry: Address;
  /** Base units per token are 10 to this power. */
  readonly tokenDecimals: number;
  readonly tokenSymbol: string;
  /** Between asking for channel money back and getting it. */
  readonly unlockDelaySeconds: bigint;
  readonly startBlock: number;
  readonly provider: RetryingProvider;
  readonly contracts: Contracts;
  /** Sends the account's transactions; absent when the chain was opened for reading. */
  readonly sender?: TransactionSender;
  readonly log: Log;
  /** The clock that contracts see: timestamp of the latest block. */
  nowSeconds(): Promise<bigint>;
}

/**
 * Connects to a deployment and checks that it is one.
 * @throws LloomError CHAIN_UNREACHABLE; CHAIN_MISMATCH when no AccountingV2 of this protocol version answers at the
 * address; CONFIG_INVALID for a bad URL or address; CANCELLED.
 */
export async function openChain(options: ChainOptions): Promise<Chain> {
  const accounting = parseAddress(options.accounting);
  await using stack = new AsyncDisposableStack();
  if (options.signal.aborted) throw new LloomError("CANCELLED", "Stopped before the chain was opened.");
  const { provider, chainId } = await openProvider(options.rpcUrl, options.signal, options.pauses);
  stack.defer(() => provider.destroy());
  // Only the opening: a node that is asked to stop still settles what it is owed.
  using giveUp = new DisposableStack();
  const stop = (): void => provider.destroy();
  options.signal.addEventListener("abort", stop, { once: true });
  giveUp.defer(() => options.signal.removeEventListener("abort", stop));
  const domain: CommitmentDomain = { chainId, accounting };
  const deployment = await readDeployment(provider, domain);
  const sender =
    options.identity && stack.use(openSender({ options, account: options.identity, ...deployment, provider, chainId }));
  const { tokenDecimals, tokenSymbol, ...rest } = deployment;
  const resources = stack.move();
  return {
    network: { chainId, accounting },
    domain,
    accounting,
    ...rest,
    tokenDecimals,
    tokenSymbol,
    startBlock: options.startBlock ?? 0,
    provider,
    log: options.log,
    ...(sender === undefined ? {} : { sender }),
    nowSeconds: () => readClock(provider),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

interface SenderParts {
  readonly options: ChainOptions;
  readonly account: ChainAccount;
  readonly provider: RetryingProvider;
  readonly chainId: bigint;
  readonly tokenDecimals: number;
  readonly tokenSymbol: string;
}

function openSender({
  options,
  account,
  provider,
  chainId,
  tokenDecimals,
  tokenSymbol,
}: SenderParts): TransactionSender {
  const { log, confirmations, stuckAfterMs, pollMs, journal } = options;
  return new TransactionSender({
    provider,
    account,
    chainId,
    unit: { decimals: tokenDecimals, symbol: tokenSymbol },
    log,
    ...(confirmations === undefined ? {} : { confirmations }),
    ...(stuckAfterMs === undefined ? {} : { stuckAfterMs }),
    ...(pollMs === undefined ? {} : { pollMs }),
    ...(journal === undefined ? {} : { journal: journal({ chainId, account: account.address }) }),
  });
}

/** Everything that never changes for a deployment. */
async function readDeployment(provider: RetryingProvider, domain: CommitmentDomain) {
  const contract = accountingAt(domain.accounting, provider);
  try {
    if ((await provider.getCode(domain.accounting)) === "0x") throw mismatch(domain, "there is no contract");
    const separator = await contract.domainSeparator();
    if (separator !== createCommitmentHasher(domain).domainSeparator) {
      throw mismatch(domain, "the contract signs for another domain or version");
    }
    const [payment, registry, unlockDelaySeconds] = await Promise.all([
      contract.paymentToken(),
      contract.stakeRegistry(),
      contract.unlockDelay(),
    ]);
    const [paymentToken, stakeRegistry] = [lowerCase(payment), lowerCase(registry)];
    const token = tokenAt(paymentToken, provider);
    const [decimals, tokenSymbol] = await Promise.all([token.decimals(), token.symbol()]);
    const contracts: Contracts = {
      accounting: contract,
      stakeRegistry: stakeRegistryAt(stakeRegistry, provider),
      token,
    };
    return { paymentToken, stakeRegistry, unlockDelaySeconds, tokenDecimals: Number(decimals), tokenSymbol, contracts };
  } catch (thrown) {
    if (thrown instanceof LloomError) throw thrown;
    const { code } = chainFailure(thrown, { what: "read the contracts" });
    if (code === "CHAIN_UNREACHABLE") throw thrown;
    throw mismatch(domain, "what is there is no AccountingV2", thrown);
  }
}

const mismatch = ({ accounting, chainId }: CommitmentDomain, problem: string, cause?: unknown): LloomError =>
  new LloomError("CHAIN_MISMATCH", `No Lloom contract answers at ${accounting} on chain ${chainId}: ${problem}.`, {
    cause,
  });

async function readClock(provider: RetryingProvider): Promise<bigint> {
  const block = await provider.getBlock("latest");
  if (block === null) throw new LloomError("CHAIN_UNREACHABLE", "The RPC server has no latest block.");
  return BigInt(block.timestamp);
}

function parseAddress(text: string): Address {
  if (!isAddress(text)) {
    throw new LloomError("CONFIG_INVALID", `The accounting address "${text}" is not an address.`, {
      next: "Give the address of the AccountingV2 contract: 0x and 40 hex digits.",
    });
  }
  return lowerCase(getAddress(text));
}

const lowerCase = (address: string): Address => address.toLowerCase() as Address;
