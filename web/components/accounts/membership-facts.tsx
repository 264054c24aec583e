import type { Member } from "../../lib/rows.ts";
import { Amount } from "../figures/amount.tsx";
import { Fact } from "../figures/facts.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { OutsideText } from "../figures/outside-text.tsx";
import { RelativeTime } from "../figures/relative-time.tsx";
import { Release } from "./release.tsx";
import { Standing } from "./standing.tsx";

/** What a member says about itself. It is anybody's text: shown as text, never followed. */
const Metadata = ({ uri }: { uri: string | null }) =>
  uri === null || uri === "" ? <span className="text-ink-faint">none</span> : <OutsideText text={uri} />;

interface MembershipFactsProps {
  /** An executor or a validator: both carry these columns. */
  readonly member: Member;
  readonly now: number;
}

/** Who a member is and what it has at stake. */
export function MembershipFacts({ member, now }: MembershipFactsProps) {
  const { address, peerId, metadataURI, registeredAt, unbonding, unbondAt, jailedUntil, slashed } = member;
  return (
    <>
      <Fact label="Address" hint="Its account on the chain, and the key that it signs with">
        <Identifier value={address} what="address" copyable testId="member-address" />
      </Fact>
      <Fact label="Peer id" hint="Its name on the peer-to-peer network, made from the same key">
        {peerId === null ? (
          <span className="text-ink-faint">none registered</span>
        ) : (
          <Identifier value={peerId} what="peer id" copyable testId="member-peer-id" />
        )}
      </Fact>
      <Fact label="Standing" hint="Whether it is registered, holds the minimum stake of its role, and is not in jail">
        <Standing member={member} />
        {registeredAt === null ? null : (
          <span className="text-ink-faint">
            , registered <RelativeTime at={registeredAt} now={now} />
          </span>
        )}
      </Fact>
      {jailedUntil === null ? null : (
        <Fact label="In jail" hint="A dispute put it there; its stake covers nothing until it asks to be let out">
          <span className="text-ink-faint">
            <Release jailedUntil={jailedUntil} now={now} />
          </span>
        </Fact>
      )}
      {slashed === 0n ? null : (
        <Fact label="Slashed" hint="Stake that it lost by disputes, ever">
          <Amount units={slashed} withSymbol testId="member-slashed" />
        </Fact>
      )}
      {unbonding === 0n ? null : (
        <Fact label="Unbonding" hint="Stake on its way out; it backs nothing any more, but can still be slashed">
          <Amount units={unbonding} withSymbol />
          {unbondAt === null ? null : (
            <span className="text-ink-faint">
              ,{" "}
              {unbondAt > now ? (
                <>
                  free <RelativeTime at={unbondAt} now={now} />
                </>
              ) : (
                "free to be withdrawn"
              )}
            </span>
          )}
        </Fact>
      )}
      <Fact label="Metadata" hint="What the member registered about itself; nobody has checked it">
        <Metadata uri={metadataURI} />
      </Fact>
    </>
  );
}
