import { type DisputeConsent, hashDisputeConsent } from "../src/dispute-consent.ts";
import { hashVote, VOTE_CHOICES, type Vote } from "../src/votes.ts";
import { type DomainName, HASHERS, PARTIES, repeated } from "./parties.ts";

const VOTES: readonly Vote[] = [
  { disputeId: repeated(0xa1), round: 1, juror: PARTIES.client.address, choice: "mismatch", salt: repeated(0xa2) },
  { disputeId: repeated(0xa1), round: 1, juror: PARTIES.client.address, choice: "match", salt: repeated(0xa2) },
  { disputeId: repeated(0xa1), round: 1, juror: PARTIES.client.address, choice: "insufficient", salt: repeated(0xa2) },
  { disputeId: repeated(0xa1), round: 3, juror: PARTIES.executor.address, choice: "mismatch", salt: repeated(0xa2) },
  { disputeId: repeated(0), round: 1, juror: `0x${"00".repeat(20)}`, choice: "mismatch", salt: repeated(0) },
  {
    disputeId: repeated(0xff),
    round: 254,
    juror: `0x${"ff".repeat(20)}`,
    choice: "insufficient",
    salt: repeated(0xff),
  },
];

/** A client lets the stranger complain of one of its answers. */
export const CONSENT: DisputeConsent = { challenger: PARTIES.stranger.address, requestHash: repeated(0xb1) };

/** disputes.json: what jurors commit to, and what clients sign for those who complain in their place. */
export const disputeVectors = () => ({
  rule: "keccak256(abi.encode(disputeId, round, juror, choice, salt))",
  votes: VOTES.map(({ round, choice, ...vote }) => ({
    ...vote,
    round: String(round),
    choice: String(VOTE_CHOICES[choice]),
    commitment: hashVote({ ...vote, round, choice }),
  })),
  consents: (Object.keys(HASHERS) as DomainName[]).map((domain) => {
    const { domainSeparator } = HASHERS[domain];
    return { domain, domainSeparator, ...CONSENT, digest: hashDisputeConsent(domainSeparator, CONSENT) };
  }),
});
