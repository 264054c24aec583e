// Ether for a key of your own on a development chain: npm run fund -- ADDRESS
import { formatEther, isAddress, parseEther, Wallet } from "ethers";
import { ExplainedError, explain } from "../checkout/explained-error.ts";
import { readFlags, refuse } from "../checkout/flags.ts";
import { checkChain, connect } from "../checkout/rpc.ts";
import { chosenRpcUrl, refuseNoRpcUrl } from "../checkout/rpc-url.ts";
import { DEVNET_ACCOUNTS } from "./src/accounts.ts";

const USAGE = `usage: npm run fund -- ADDRESS [--rpc URL]

Sends 10 ether to the address from the well-known test mnemonic's first account, on a development chain that funds it.
Test tokens come from ./lloom faucet.

  --rpc URL   JSON-RPC of the chain (default: LLOOM_RPC_URL, else http://127.0.0.1:8545)
  --help      this text`;

const AMOUNT = parseEther("10");

interface Wish {
  readonly address: string;
  readonly rpc: string;
}

function readWish(): Wish {
  const options = { rpc: { type: "string" } } as const;
  const { values, positionals } = readFlags({ usage: USAGE, config: { options, allowPositionals: true } });
  const [address, ...more] = positionals;
  if (address === undefined || more.length > 0)
    refuse(`One address is needed, ${positionals.length} are given.`, "./lloom status prints yours.");
  if (!isAddress(address))
    refuse(
      `"${address}" is not an address.`,
      "It has 0x and 40 hex digits, in lower case or with the right capitals; ./lloom status prints yours.",
    );
  const rpc = chosenRpcUrl(values.rpc);
  refuseNoRpcUrl(rpc);
  return { address, rpc };
}

async function fund({ address, rpc }: Wish): Promise<void> {
  await checkChain(rpc);
  const provider = connect(rpc);
  try {
    const { deployer } = DEVNET_ACCOUNTS;
    const balance = await provider.getBalance(deployer.address);
    if (balance <= AMOUNT)
      throw new ExplainedError(
        `${deployer.address}, the test mnemonic's first account, has only ${formatEther(balance)} ether on this chain.`,
        "This command is for development chains. Elsewhere, send ether to the address from a wallet.",
      );
    const wallet = new Wallet(`0x${Buffer.from(deployer.secret).toString("hex")}`, provider);
    const sent = await wallet.sendTransaction({ to: address, value: AMOUNT });
    await sent.wait();
    console.log(`${address} has ${formatEther(await provider.getBalance(address))} ether now.`);
  } finally {
    provider.destroy();
  }
}

try {
  await fund(readWish());
} catch (thrown) {
  console.error(explain(thrown));
  process.exitCode = 1;
}
