import { enumNumber } from "../src/contract-enums.ts";
import {
  DELIVERY_CONCESSION_FIELDS,
  type DeliveryConcession,
  hashDeliveryConcession,
} from "../src/delivery-concession.ts";
import { DELIVERY_CONSENT_FIELDS, type DeliveryConsent, hashDeliveryConsent } from "../src/delivery-consent.ts";
import { DISPUTE_CONSENT_FIELDS, type DisputeConsent, hashDisputeConsent } from "../src/dispute-consent.ts";
import { juryFacts } from "../src/generated/facts.ts";
import { hashVote, type Vote } from "../src/votes.ts";
import { type DomainName, HASHERS, PARTIES, repeated } from "./parties.ts";

const VOTES: readonly Vote[] = [
  { disputeId: repeated(0xa1), round: 1, juror: PARTIES.client.address, choice: "Mismatch", salt: repeated(0xa2) },
  { disputeId: repeated(0xa1), round: 1, juror: PARTIES.client.address, choice: "Match", salt: repeated(0xa2) },
  { disputeId: repeated(0xa1), round: 1, juror: PARTIES.client.address, choice: "Insufficient", salt: repeated(0xa2) },
  { disputeId: repeated(0xa1), round: 3, juror: PARTIES.executor.address, choice: "Mismatch", salt: repeated(0xa2) },
  { disputeId: repeated(0), round: 1, juror: `0x${"00".repeat(20)}`, choice: "Mismatch", salt: repeated(0) },
  {
    disputeId: repeated(0xff),
    round: 254,
    juror: `0x${"ff".repeat(20)}`,
    choice: "Insufficient",
    salt: repeated(0xff),
  },
];

/** Consents of a client to who complains of one of its answers: one as it occurs, one of the largest numbers. */
export const CONSENTS = {
  typical: { challenger: PARTIES.stranger.address, requestHash: repeated(0xb1) },
  largest: { challenger: `0x${"ff".repeat(20)}`, requestHash: repeated(0xfe) },
} as const satisfies Record<string, DisputeConsent>;

function consentVectors(domain: DomainName) {
  const { domainSeparator } = HASHERS[domain];
  return Object.values(CONSENTS).map((consent) => ({
    domain,
    domainSeparator,
    ...consent,
    digest: hashDisputeConsent(domainSeparator, consent),
  }));
}

/** Consents of a client to who opens a delivery dispute for it: one as it occurs, one of the largest numbers. */
export const OPENINGS = {
  typical: { opener: PARTIES.stranger.address, responseHash: repeated(0xd1) },
  largest: { opener: `0x${"ff".repeat(20)}`, responseHash: repeated(0xfd) },
} as const satisfies Record<string, DeliveryConsent>;

function openingVectors(domain: DomainName) {
  const { domainSeparator } = HASHERS[domain];
  return Object.values(OPENINGS).map((consent) => ({
    domain,
    domainSeparator,
    ...consent,
    digest: hashDeliveryConsent(domainSeparator, consent),
  }));
}

/** Concessions of an executor that it did not deliver: one as it occurs, one of the largest numbers. */
export const CONCESSIONS = {
  typical: { id: repeated(0xc1) },
  largest: { id: repeated(0xff) },
} as const satisfies Record<string, DeliveryConcession>;

function concessionVectors(domain: DomainName) {
  const { domainSeparator } = HASHERS[domain];
  return Object.values(CONCESSIONS).map((concession) => ({
    domain,
    domainSeparator,
    ...concession,
    digest: hashDeliveryConcession(domainSeparator, concession),
  }));
}

/**
 * disputes.json: what jurors commit to, what clients sign for those who complain or open a dispute in their place, and what
 * executors sign that concede one.
 */
export const disputeVectors = () => ({
  rule: "keccak256(abi.encode(disputeId, round, juror, choice, salt))",
  votes: VOTES.map(({ round, choice, ...vote }) => ({
    ...vote,
    round: String(round),
    choice: String(enumNumber(juryFacts.Choice, choice)),
    commitment: hashVote({ ...vote, round, choice }),
  })),
  types: {
    DisputeConsent: DISPUTE_CONSENT_FIELDS,
    DeliveryConsent: DELIVERY_CONSENT_FIELDS,
    DeliveryConcession: DELIVERY_CONCESSION_FIELDS,
  },
  consents: (Object.keys(HASHERS) as DomainName[]).flatMap(consentVectors),
  openings: (Object.keys(HASHERS) as DomainName[]).flatMap(openingVectors),
  concessions: (Object.keys(HASHERS) as DomainName[]).flatMap(concessionVectors),
});
