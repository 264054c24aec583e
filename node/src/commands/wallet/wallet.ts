import { hexToBytes } from "@lloom/protocol/hex";
import { LloomError } from "../../errors.ts";
import { givenPlace } from "../../file-place.ts";
import { readOutsideFile } from "../../outside-file.ts";
import { createKeystore, openKeystore, readKeystoreAddress } from "../../wallet/keystore.ts";
import { writeSecretOnce } from "../../wallet/secret-file.ts";
import { announce, type Command, type CommandContext } from "../command.ts";
import { keystorePath, openIdentity } from "../open/open.ts";
import { readPassword } from "../open/password.ts";
import { showBalance } from "./balance.ts";
import { makeKey, requireNoKeystore } from "./new-key.ts";

type Action = (context: CommandContext, file: string | undefined) => void | Promise<void>;
const ACTIONS: Readonly<Record<string, Action>> = {
  ...{ show, address, balance },
  ...{ new: makeFresh, export: exportKey, import: importKey },
};

/** `lloom wallet`: the key itself, and what it has. */
export const wallet: Command = {
  arguments: [
    { form: "<action>", describe: "show, address, balance (no password), new, export or import" },
    { form: "[file]", describe: "where the key goes to, or comes from" },
  ],
  settings: ["startBlock"],
  defaults: { logLevel: "error" },
  flags: [
    { form: "--address <ADDRESS>", describe: "balance: of another account than this key's" },
    { form: "--raw", describe: "export: the bare key as hex digits, which opens without a password" },
    { form: "--import-password-file <FILE>", describe: "import: the password of the keystore that is taken in" },
  ],
  examples: [
    "lloom wallet show",
    "lloom wallet address",
    "lloom wallet balance --json",
    "lloom wallet balance --address 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "lloom wallet export key-backup.json",
    "lloom wallet import UTC--2026-11-29.json --data-dir ./second-node",
  ],
  run: async (context) => {
    const [name = "", file] = context.args;
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (action === undefined)
      throw new LloomError("COMMAND_INVALID", `lloom wallet cannot "${name}".`, {
        next: `It can ${Object.keys(ACTIONS).join(", ")}.`,
      });
    if (context.flags["address"] !== undefined && action !== balance) refuseAddress(name);
    return action(context, file);
  },
};

function show(context: CommandContext, file: string | undefined): void {
  refuseFile("show", file);
  const keystore = keystorePath(context);
  const address = readKeystoreAddress(keystore);
  const shown = address ?? "not told by the keystore; it shows once the key signs";
  announce(context, { event: "wallet", address, keystore }, `Address   ${shown}\nKeystore  ${keystore}`);
}

/** The address alone, as scripts take it. */
async function address(context: CommandContext, file: string | undefined): Promise<void> {
  refuseFile("address", file);
  const own = readKeystoreAddress(keystorePath(context)) ?? (await openIdentity(context)).address;
  announce(context, { event: "address", address: own }, own);
}

async function balance(context: CommandContext, file: string | undefined): Promise<void> {
  refuseFile("balance", file);
  await showBalance(context);
}

async function makeFresh(context: CommandContext, file: string | undefined): Promise<void> {
  refuseFile("new", file);
  await makeKey(context);
}

async function exportKey(context: CommandContext, file: string | undefined): Promise<void> {
  const path = needFile("export", file);
  const password = await readPassword(context.settings, context.signal);
  const { address, secret } = await openKeystore({ path: keystorePath(context), password });
  const isRaw = context.flags["raw"] === true;
  if (isRaw) await writeRaw(path, secret);
  else await createKeystore({ path, password, secret });
  announce(
    context,
    { event: "exported", address, file: path, raw: isRaw },
    isRaw
      ? `The bare key of ${address} is in ${path}. Whoever reads that file has the money: delete it when it has served.`
      : `The key of ${address} is in ${path}, a V3 keystore with the same password: geth and other wallets open it.`,
  );
}

async function writeRaw(path: string, secret: Uint8Array): Promise<void> {
  if (await writeSecretOnce({ path, what: "The key" }, `0x${Buffer.from(secret).toString("hex")}\n`)) return;
  throw new LloomError("KEYSTORE_INVALID", `There is a file already: ${path}. It is left as it is.`, {
    next: "Give another path.",
  });
}

async function importKey(context: CommandContext, file: string | undefined): Promise<void> {
  const path = needFile("import", file);
  requireNoKeystore(context);
  await makeKey(context, await secretOf(context, path));
}

/** The key of a V3 keystore, or of a file with nothing but its 64 hex digits. */
async function secretOf({ flags, signal }: CommandContext, path: string): Promise<Uint8Array> {
  const text = readOutsideFile({
    path,
    what: `The file ${path}`,
    code: "KEYSTORE_INVALID",
    next: "Give the path of a V3 keystore, or of a file with a key's 64 hex digits.",
    limit: 64 * 1024,
  }).trim();
  if (/^(0x)?[0-9a-f]{64}$/i.test(text)) return hexToBytes(`0x${text.replace(/^0x/i, "")}`);
  const { importPasswordFile } = flags;
  const flag = "--import-password-file";
  const passwordFile = typeof importPasswordFile === "string" ? givenPlace(importPasswordFile, flag) : undefined;
  const locked = { passwordFile, flag, what: "Imported keystore's" };
  return (await openKeystore({ path, password: await readPassword(locked, signal) })).secret;
}

function needFile(action: string, file: string | undefined): string {
  if (file !== undefined) return givenPlace(file, "The file");
  throw new LloomError("COMMAND_INVALID", "A file is missing.", { next: `Give one: lloom wallet ${action} FILE` });
}

function refuseAddress(action: string): never {
  throw new LloomError("COMMAND_INVALID", `--address is for lloom wallet balance, not for lloom wallet ${action}.`, {
    next: "Leave it out, or: lloom wallet balance --address ADDRESS",
  });
}

function refuseFile(action: string, file: string | undefined): void {
  if (file === undefined) return;
  throw new LloomError("COMMAND_INVALID", `lloom wallet ${action} takes no file.`, {
    next: `Leave it out: lloom wallet ${action}`,
  });
}
