import { HDNodeWallet, Mnemonic } from "ethers";

/**
 * The test mnemonic that Hardhat, Foundry and Ganache share. Everybody knows its keys: they are for networks without
 * value only. Hardhat's node gives each of the first twenty accounts 10 000 ether.
 */
const TEST_MNEMONIC = "test test test test test test test test test test test junk";
/** Where its accounts begin: reached once, since the way there takes longer than an account from there. */
const ROOT_OF_ACCOUNTS = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(TEST_MNEMONIC), "m/44'/60'/0'/0");

/** An account of the devnet. */
export interface DevnetAccount {
  readonly name: string;
  readonly address: string;
  readonly secret: Uint8Array;
}

/** An account of the test mnemonic. */
export function devnetAccount(index: number, name: string): DevnetAccount {
  const wallet = ROOT_OF_ACCOUNTS.deriveChild(index);
  return { name, address: wallet.address, secret: Uint8Array.from(Buffer.from(wallet.privateKey.slice(2), "hex")) };
}

/** Who plays which part. */
export const DEVNET_ACCOUNTS = {
  deployer: devnetAccount(0, "deployer"),
  validators: [devnetAccount(1, "validator-1"), devnetAccount(2, "validator-2")],
  executors: [devnetAccount(3, "executor-1"), devnetAccount(4, "executor-2"), devnetAccount(5, "executor-3")],
  gateway: devnetAccount(6, "gateway"),
  /** Of whoever is dishonest where that is wanted. */
  cheat: devnetAccount(7, "cheat"),
  /** Validators more, where a jury is needed. */
  jurors: [8, 9, 10, 11].map((index) => devnetAccount(index, `juror-${index - 7}`)),
  /** Looks at the network, and has nothing at stake. */
  observer: devnetAccount(14, "observer"),
} as const;
