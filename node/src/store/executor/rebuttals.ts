import type { Address, CompactSignature, Hex, RequestCommitment } from "@lloom/protocol/commitment-types";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";

/** A request of the client's that came after an answer, and acknowledges it. */
export interface SignedRequest {
  readonly request: RequestCommitment;
  readonly clientSignature: CompactSignature;
}

/** The part of the executor's log that shows that a client had an answer: what the client signed after it. */
export interface Rebuttals {
  /** Keeps a client's acknowledgement of an answer; again: no change. */
  saveAck(ack: { readonly requestHash: Hex; readonly responseHash: Hex; readonly signature: CompactSignature }): void;
  /** The signature of the acknowledgement, if there is one. */
  ackOf(responseHash: Hex): CompactSignature | undefined;
  /** The first request of the lane after this nonce, whatever became of it. */
  laterRequest(lane: {
    readonly client: Address;
    readonly lane: bigint;
    readonly nonce: bigint;
  }): SignedRequest | undefined;
}

const SAVE = "INSERT INTO acknowledgements VALUES (:responseHash, :requestHash, :signature) ON CONFLICT DO NOTHING";
const FIND = "SELECT signature FROM acknowledgements WHERE response_hash = :responseHash";
const LATER = `SELECT request, client_signature FROM served_requests
  WHERE client = :client AND lane = :lane AND nonce > :nonce ORDER BY nonce LIMIT 1`;

/** Opens this part of the log; `openExecutorLog` holds the whole. */
export function openRebuttals(db: Database): Rebuttals {
  return {
    saveAck: ({ requestHash, responseHash, signature }) => {
      // Without it the text answers a dispute.
      db.write(() => db.run(SAVE, { requestHash, responseHash, signature: encoding.encodeSignature(signature) }), {
        synced: false,
      });
    },
    ackOf: (responseHash) => {
      const row = db.get(FIND, { responseHash });
      return row && encoding.signatureOf(row, "signature");
    },
    laterRequest: ({ client, lane, nonce }) => {
      const key = { client, lane: encoding.encodeInteger(lane), nonce: encoding.encodeInteger(nonce) };
      const row = db.get(LATER, key);
      return (
        row && { request: encoding.requestOf(row), clientSignature: encoding.signatureOf(row, "client_signature") }
      );
    },
  };
}
