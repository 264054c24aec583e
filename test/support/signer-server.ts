import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Address } from "@lloom/protocol/commitment-types";
import { hexlify, Wallet } from "ethers";

/** One call of JSON-RPC, and what a signer makes of it: its result, or a promise that never comes. Throws what it refuses with. */
export type SignerMethod = (params: readonly unknown[], wallet: Wallet) => unknown;

/** A signer behind JSON-RPC over real HTTP, as web3signer is, whose answers a test may change. */
export interface SignerServer extends AsyncDisposable {
  readonly url: string;
  readonly address: Address;
  /** What it does by which name; others it does not know. */
  methods: Record<string, SignerMethod>;
  /** Names that it was called by. */
  readonly called: string[];
}

const NOT_FOUND = -32_601;

/** A transaction as Ethereum's JSON-RPC names its fields, for ethers. */
export function signedTransaction(fields: Record<string, string>, wallet: Wallet): Promise<string> {
  const { from: _from, input: _input, gas, nonce, ...rest } = fields;
  const type = rest["gasPrice"] === undefined ? 2 : 0;
  return wallet.signTransaction({
    ...rest,
    type,
    ...(gas && { gasLimit: gas }),
    ...(nonce && { nonce: Number(nonce) }),
  });
}

/** Words as wallets take them, for ethers, which makes the domain's type itself. */
export function signedWords(words: string, wallet: Wallet): Promise<string> {
  const { domain, types, message } = JSON.parse(words);
  const { EIP712Domain: _domain, ...own } = types;
  return wallet.signTypedData(domain, own, message);
}

export async function startSigner(secret: Uint8Array): Promise<SignerServer> {
  const wallet = new Wallet(hexlify(secret));
  const called: string[] = [];
  const server = createServer(async (request, response) => {
    const { id, method, params } = JSON.parse(await text(request));
    called.push(method);
    const handle = signer.methods[method];
    const told = async (): Promise<object> => {
      if (handle === undefined) return { error: { code: NOT_FOUND, message: "the method does not exist" } };
      try {
        return { result: await handle(params, wallet) };
      } catch (thrown) {
        return { error: { code: -32_000, message: (thrown as Error).message } };
      }
    };
    response.end(JSON.stringify({ jsonrpc: "2.0", id, ...(await told()) }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const signer: SignerServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    address: wallet.address.toLowerCase() as Address,
    called,
    methods: {
      eth_accounts: () => [wallet.address],
      eth_signTransaction: ([fields]) => signedTransaction(fields as Record<string, string>, wallet),
      eth_signTypedData_v4: ([, words]) => signedWords(String(words), wallet),
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return signer;
}
