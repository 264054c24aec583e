import { address, always, optional, path, url } from "./setting-forms.ts";

/** Settings of the key: where it is, and who signs with it; see `settings.ts`. */
export const WALLET_SETTINGS = {
  keystore: optional({
    toml: "wallet.keystore",
    flag: "keystore",
    value: "FILE",
    describe: "V3 keystore (default: keystore.json in the data directory)",
    schema: path,
    isFile: always,
  }),
  passwordFile: optional({
    toml: "wallet.password-file",
    flag: "password-file",
    value: "FILE",
    describe: "file whose first line is the keystore's password; without it the terminal asks",
    schema: path,
    isFile: always,
  }),
  signerUrl: optional({
    toml: "wallet.signer-url",
    flag: "signer-url",
    value: "URL",
    describe: "JSON-RPC of a program that has the key and signs what moves money, in place of the keystore",
    schema: url,
    isSecret: true,
  }),
  signerAddress: optional({
    toml: "wallet.signer-address",
    flag: "signer-address",
    value: "ADDRESS",
    describe: "which account of --signer-url, where that has several",
    schema: address,
  }),
} as const;
