import type {
  BaseContract,
  ContractTransactionReceipt,
  Interface,
  LogDescription,
  Result,
  TransactionReceipt,
  TransactionRequest,
  Wallet,
} from "ethers";

/** Blocks hold 60 million; naming a limit spares an estimate, which costs more time than the call. */
const GAS_LIMIT = 16_000_000n;

/** Who sends: a wallet, or an account that the chain lets anybody send for. */
export interface Sender {
  sendTransaction(request: TransactionRequest): Promise<{ wait(): Promise<TransactionReceipt | null> }>;
}

export interface Callable {
  readonly address: string;
  readonly abi: Interface;
  /** Sends a transaction and waits for it; rejects with the contract's error. */
  send(sender: Sender, method: string, ...args: readonly unknown[]): Promise<ContractTransactionReceipt>;
  /** Likewise, with wei. */
  pay(sender: Sender, value: bigint, method: string, ...args: readonly unknown[]): Promise<ContractTransactionReceipt>;
  /** Reads: one value as it is, several as a list with names. */
  read(method: string, ...args: readonly unknown[]): Promise<unknown>;
  /** The error of a transaction that is not sent, as `Name(arg, arg)`; `accepted` if it would go through. */
  refusal(wallet: Wallet, method: string, ...args: readonly unknown[]): Promise<string>;
  /** Events of this contract in a receipt. */
  events(receipt: ContractTransactionReceipt): LogDescription[];
}

/** A value of Solidity in short: lists in brackets. */
const show = (value: unknown): string => (Array.isArray(value) ? `[${value.map(show).join(",")}]` : String(value));

/** A deployed contract by the names in its ABI. Generated classes would need syntax that type stripping refuses. */
export async function callable(contract: BaseContract): Promise<Callable> {
  const address = await contract.getAddress();
  const abi = contract.interface;

  const transact = async (sender: Sender, value: bigint, method: string, args: readonly unknown[]) => {
    const data = abi.encodeFunctionData(method, args);
    const sent = await sender.sendTransaction({ to: address, data, value, gasLimit: GAS_LIMIT });
    return (await sent.wait()) as ContractTransactionReceipt;
  };

  const dataOf = (thrown: unknown): string => {
    const data = (thrown as { data?: unknown }).data;
    if (typeof data !== "string") throw thrown;
    return data;
  };

  return {
    address,
    abi,
    send: (sender, method, ...args) => transact(sender, 0n, method, args),
    pay: (sender, value, method, ...args) => transact(sender, value, method, args),
    async read(method, ...args) {
      const result: Result = await contract.getFunction(method).staticCallResult(...args);
      return result.length === 1 ? result[0] : result.toObject();
    },
    async refusal(wallet, method, ...args) {
      const call = { to: address, from: wallet.address, data: abi.encodeFunctionData(method, args) };
      const data = await wallet.call(call).then(() => null, dataOf);
      if (data === null) return "accepted";
      const error = abi.parseError(data);
      return error === null ? data : `${error.name}(${error.args.map(show).join(", ")})`;
    },
    events: (receipt) =>
      receipt.logs.flatMap((log) => {
        const parsed = log.address === address ? abi.parseLog(log) : null;
        return parsed === null ? [] : [parsed];
      }),
  };
}
