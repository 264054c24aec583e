import Link from "next/link";
import type { AddressTab } from "../../lib/addresses/tabs.ts";
import { formatMoment } from "../../lib/format.ts";
import type { AddressPage } from "../../lib/indexer/addresses.ts";
import { ClientFigures } from "../accounts/client-figures.tsx";
import { ExecutorFigures } from "../accounts/executor-figures.tsx";
import { MembershipFacts } from "../accounts/membership-facts.tsx";
import { ValidatorFigures } from "../accounts/validator-figures.tsx";
import { Fact, Facts } from "../figures/facts.tsx";
import { Identifier } from "../figures/identifier.tsx";
import { Panel } from "../layout/panel.tsx";

interface RolePartProps {
  readonly tab: AddressTab;
  readonly page: AddressPage;
  /** The chain's clock. */
  readonly now: number;
}

const Whole = ({ path, party }: { readonly path: string; readonly party: string }) => (
  <p>
    <Link className="link" href={path} prefetch={false}>
      All about this {party}
    </Link>
  </p>
);

/** One role of an address, with the way to all about it. */
export function RolePart({ tab, page: { executor, validator, client, signer, contract }, now }: RolePartProps) {
  if (tab === "executor" && executor !== undefined) {
    return (
      <>
        <ExecutorFigures executor={executor} />
        <Panel title="Membership">
          <Facts>
            <MembershipFacts member={executor} now={now} />
          </Facts>
        </Panel>
        <Whole path={`/executors/${executor.address}`} party="executor" />
      </>
    );
  }
  if (tab === "validator" && validator !== undefined) {
    return (
      <>
        <ValidatorFigures validator={validator} />
        <Panel title="Membership">
          <Facts>
            <MembershipFacts member={validator} now={now} />
          </Facts>
        </Panel>
        <Whole path={`/validators/${validator.address}`} party="validator" />
      </>
    );
  }
  if (tab === "client" && client !== undefined) {
    return (
      <>
        <ClientFigures client={client} />
        <Whole path={`/clients/${client.address}`} party="client" />
      </>
    );
  }
  if (tab === "signer" && signer !== undefined) {
    const { principalAddress, authorizedAt, thawEnd } = signer;
    return (
      <Panel title="Session key">
        <Facts>
          <Fact label="Signs for" hint="Its signatures count as this account's">
            <Identifier
              value={principalAddress}
              what="principal"
              href={`/address/${principalAddress}`}
              copyable
              testId="signer-principal"
            />
          </Fact>
          <Fact label="Since" hint="When the account let it sign">
            {formatMoment(authorizedAt)}
          </Fact>
          <Fact label="Until" hint="A revoked key counts for what it signed until its end, and never comes back">
            {thawEnd === null ? "it is revoked" : formatMoment(thawEnd)}
          </Fact>
        </Facts>
      </Panel>
    );
  }
  return (
    <Panel title="Contract">
      <p className="px-4 py-3" data-testid="address-contract">
        {contract}.{" "}
        <Link className="link" href="/trust" prefetch={false}>
          What is enforced, what is trusted
        </Link>
      </p>
    </Panel>
  );
}
