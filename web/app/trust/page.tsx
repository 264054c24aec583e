import type { Metadata } from "next";
import Link from "next/link";
import { ClaimList } from "../../components/about/claim-list.tsx";
import { PageTitle } from "../../components/layout/page-title.tsx";
import { ENFORCED, NOT_COVERED, TRUSTED } from "../../lib/about/claims.ts";
import { readDeployment } from "../../lib/indexer/chain.ts";

export const metadata: Metadata = { title: "What is enforced, what is trusted" };

/** What of it the index says, addresses, is left out where it does not answer. */
export default async function TrustPage() {
  const deployment = await readDeployment();
  const known = deployment.ok ? deployment.value : undefined;
  const addresses =
    known === undefined
      ? {}
      : { AccountingV2: known.accounting, StakeRegistry: known.stakeRegistry, Audits: known.audits };
  return (
    <>
      <PageTitle
        isTimeless
        lead={
          <>
            What can go wrong, before any figure: what contracts enforce, whom you trust all the same, and what nothing
            here covers. How figures are computed stands under{" "}
            <Link className="link underline" href="/method">
              method
            </Link>
            .
          </>
        }
      >
        What is enforced, what is trusted
      </PageTitle>
      <div className="space-y-5">
        <ClaimList
          title="Enforced"
          note="by contracts and signatures; nobody has to be believed"
          form="cleared"
          word="Enforced"
          claims={ENFORCED}
          addresses={addresses}
        />
        <ClaimList
          title="Trusted"
          note="somebody could cheat; what limits the damage stands beside it"
          form="open"
          word="Trusted"
          claims={TRUSTED}
          addresses={addresses}
        />
        <ClaimList
          title="Not covered"
          note="nothing here protects from it"
          form="danger"
          word="Not covered"
          claims={NOT_COVERED}
          addresses={addresses}
        />
      </div>
    </>
  );
}
