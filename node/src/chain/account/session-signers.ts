import type { Address, CompactSignature, Hex, SignerAuthorization } from "@lloom/protocol/commitment-types";
import { zeroPadValue } from "ethers";
import type { Chain } from "../chain.ts";
import type { ContractCall } from "../contract-call.ts";
import { accountingInterface } from "../contracts.ts";
import { readSigner } from "../reads.ts";
import { GAS_BOUNDS } from "../send/gas.ts";
import { readPastLogs } from "../watch/past-logs.ts";

/** A key that signs for a client. */
export interface OwnSigner {
  readonly signer: Address;
  /** Unix seconds; zero while it is in force. */
  readonly thawEnd: bigint;
}

/** Every key that ever signed for a client, by the chain's own events, oldest first. Throws as `readPastLogs`. */
export async function findSigners(chain: Chain, principal: Address): Promise<readonly OwnSigner[]> {
  const topic = accountingInterface.getEvent("SignerAuthorized")?.topicHash as Hex;
  const topics = [topic, zeroPadValue(principal, 32) as Hex];
  const logs = await readPastLogs(chain, { address: chain.accounting, topics });
  return Promise.all(
    logs.map(async (log): Promise<OwnSigner> => {
      const signer: Address = `0x${log.topics[2]?.slice(-40)}`;
      return { signer, thawEnd: (await readSigner(chain, signer))?.thawEnd ?? 0n };
    }),
  );
}

/** Lets a key sign for the account that sends this. */
export const authorizeSignerCall = (
  { accounting }: Chain,
  { signer, deadline, nonce }: SignerAuthorization,
  possession: CompactSignature,
): ContractCall => ({
  what: `authorize the session key ${signer}`,
  to: accounting,
  data: accountingInterface.encodeFunctionData("authorizeSigner", [signer, deadline, nonce, possession]) as Hex,
  gasLimit: GAS_BOUNDS.signer,
});

/** Ends a key of the account that sends this, after the unlock delay. */
export const revokeSignerCall = ({ accounting }: Chain, signer: Address): ContractCall => ({
  what: `revoke the session key ${signer}`,
  to: accounting,
  data: accountingInterface.encodeFunctionData("revokeSigner", [signer]) as Hex,
  gasLimit: GAS_BOUNDS.signer,
});
