import type { Address } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { findSigners, type OwnSigner } from "../../chain/account/session-signers.ts";
import { LloomError } from "../../errors.ts";
import { givenPlace } from "../../file-place.ts";
import { addressArgument } from "../address.ts";
import { announce, type Command, type CommandContext } from "../command.ts";
import { ADDRESS, openAccount, openView } from "../deeds/account.ts";
import { YES } from "../deeds/consent.ts";
import { perform } from "../deeds/deed.ts";
import { countUntil, signerAddition, signerRemoval } from "../deeds/signer-deeds.ts";
import { openIdentity, openKeylessChain } from "../open/open.ts";
import { readPossession, writePossession } from "../signed/possession-file.ts";
import { freshNonce, VALID, validSeconds } from "../signed/signing.ts";
import { shownMoment } from "../words.ts";

const EXAMPLE = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const PROVE = `lloom signer prove ${EXAMPLE} proof.json`;
const ROTATE = "lloom signer rotate proof.json";
const REMOVE = `lloom signer remove ${EXAMPLE}`;

type Action = (context: CommandContext, ...given: readonly (string | undefined)[]) => Promise<void>;
const ACTIONS: Readonly<Record<string, Action>> = { list, prove, add, remove, rotate };

/** `lloom signer`: session keys, which sign for a client whose own key stays elsewhere. */
export const signer: Command = {
  arguments: [
    { form: "[action]", describe: "list (no password), prove, add, remove, or rotate" },
    { form: "[what]", describe: "prove: the client; add and rotate: the new key's proof; remove: the session key" },
    {
      form: "[more]",
      describe: "prove: where the proof goes to; rotate: the key that is replaced, if there are several",
    },
  ],
  needs: "account",
  settings: ["startBlock"],
  defaults: { logLevel: "warn" },
  flags: [VALID, ADDRESS, YES],
  examples: ["lloom signer list", PROVE, "lloom signer add proof.json", "lloom signer rotate proof.json", REMOVE],
  run: async (context) => {
    const [name = "list", ...given] = context.args;
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (action === undefined)
      throw new LloomError("COMMAND_INVALID", `lloom signer cannot "${name}".`, {
        next: `It can ${Object.keys(ACTIONS).join(", ")}.`,
      });
    refuseFlags(name, context.flags);
    await action(context, ...given);
  },
};

/** Flags that mean something to one action alone. */
const OF_ACTION = { valid: "prove", address: "list" } as const;

function refuseFlags(name: string, flags: CommandContext["flags"]): void {
  for (const [flag, action] of Object.entries(OF_ACTION)) {
    if (flags[flag] === undefined || name === action) continue;
    throw new LloomError("COMMAND_INVALID", `--${flag} is for lloom signer ${action}.`, { next: "Leave it out." });
  }
}

/** The address that an action is about. */
function addressOf(given: string | undefined, which: string, example: string): Address {
  if (given !== undefined) return addressArgument(given, example);
  throw new LloomError("COMMAND_INVALID", `${which} is missing.`, { next: `Give its address: ${example}` });
}

function requireNothing(rest: readonly (string | undefined)[]): void {
  const stray = rest.find((one) => one !== undefined);
  if (stray !== undefined)
    throw new LloomError("COMMAND_INVALID", `"${stray}" is one word too many.`, { next: "lloom signer --help" });
}

async function list(context: CommandContext, ...rest: readonly (string | undefined)[]): Promise<void> {
  requireNothing(rest);
  const { chain, address } = await openView(context);
  const [signers, nowSeconds] = await Promise.all([findSigners(chain, address), chain.nowSeconds()]);
  const lines = signers.map((one) => `${one.signer}: ${standing(one, nowSeconds)}`);
  announce(
    context,
    { event: "signers", address, signers },
    lines.length === 0 ? `No session key signs for ${address}.` : lines.join("\n"),
  );
}

const standing = ({ thawEnd }: OwnSigner, nowSeconds: bigint): string =>
  thawEnd === 0n ? "in force" : `revoked, its requests ${countUntil(thawEnd, nowSeconds)}`;

/** With the session key: it shows that it is there, and for whom. */
async function prove(context: CommandContext, who?: string, given?: string): Promise<void> {
  const principal = addressOf(who, "The client", PROVE);
  if (given === undefined)
    throw new LloomError("COMMAND_INVALID", "A file is missing.", { next: `Give one: ${PROVE}` });
  const file = givenPlace(given, "The file");
  const seconds = validSeconds(context.flags["valid"]);
  const identity = await openIdentity(context);
  if (identity.address === principal)
    throw new LloomError("COMMAND_INVALID", "This key is the client itself, and signs for itself anyway.", {
      next: "Run it with the session key: --data-dir of that key.",
    });
  const chain = await openKeylessChain(context);
  const nowSeconds = await chain.nowSeconds();
  const deadline = nowSeconds + seconds;
  const authorization = { principal, signer: identity.address, deadline, nonce: freshNonce() };
  const possession = identity.sign(createCommitmentHasher(chain.domain).hashSignerAuthorization(authorization));
  writePossession(file, { domain: chain.domain, authorization, possession });
  announce(
    context,
    { event: "proven", ...authorization, file },
    `The proof is in ${file}; it holds no secret.\n  send  lloom signer add ${file}, with the key of ${principal}, until ${shownMoment(deadline, nowSeconds)}`,
  );
}

async function add(context: CommandContext, file?: string, ...rest: readonly (string | undefined)[]): Promise<void> {
  requireNothing(rest);
  if (file === undefined)
    throw new LloomError("COMMAND_INVALID", "Whose proof?", { next: "Give its file: lloom signer add FILE" });
  const proof = readPossession(givenPlace(file, "The file"));
  const account = await openAccount(context);
  await perform(context, account, await signerAddition(account, proof));
}

async function remove(context: CommandContext, who?: string, ...rest: readonly (string | undefined)[]): Promise<void> {
  requireNothing(rest);
  const key = addressOf(who, "The session key", REMOVE);
  const account = await openAccount(context);
  await perform(context, account, await signerRemoval(account, key));
}

/**
 * Puts a new session key in the place of an old one, money and channels as they are: the new one signs before the old one ends, so that
 * somebody always can. What was cut off between the two goes on with the same command.
 */
async function rotate(context: CommandContext, file?: string, old?: string, ...rest: readonly (string | undefined)[]) {
  requireNothing(rest);
  if (file === undefined)
    throw new LloomError("COMMAND_INVALID", "The new key's proof is missing.", { next: `Give its file: ${ROTATE}` });
  const proof = readPossession(givenPlace(file, "The file"));
  const { signer: fresh } = proof.authorization;
  const named = old === undefined ? undefined : addressOf(old, "The old key", ROTATE);
  const account = await openAccount(context);
  const replaced = named ?? onlyOne(await findSigners(account.chain, account.address), fresh);
  if (replaced === fresh)
    throw new LloomError("COMMAND_INVALID", `${fresh} cannot take its own place.`, {
      next: "Have a new key prove itself: lloom wallet new --data-dir OTHER, then lloom signer prove.",
    });
  await perform(context, account, await signerAddition(account, proof));
  await perform(context, account, await signerRemoval(account, replaced));
}

/** The session key in force besides a new one. Throws COMMAND_INVALID where there is none, or nobody can tell which is meant. */
export function onlyOne(signers: readonly OwnSigner[], fresh: Address): Address {
  const inForce = signers.filter(({ signer: one, thawEnd }) => thawEnd === 0n && one !== fresh);
  const [first, ...others] = inForce;
  if (first === undefined)
    throw new LloomError("COMMAND_INVALID", "No other session key is in force: there is nothing to replace.", {
      next: "Add the new one: lloom signer add FILE",
    });
  if (others.length === 0) return first.signer;
  throw new LloomError("COMMAND_INVALID", `${inForce.length} session keys are in force.`, {
    next: `Say which one is replaced: ${ROTATE} ${first.signer}`,
  });
}
