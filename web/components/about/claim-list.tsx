import { type Claim, CONTRACTS, type ContractName } from "../../lib/about/claims.ts";
import { Identifier } from "../figures/identifier.tsx";
import { type Form, Sign } from "../figures/sign.tsx";
import { Panel } from "../layout/panel.tsx";

/** Where contracts are on the chain, as far as the index says. */
export type Addresses = Partial<Readonly<Record<ContractName, string>>>;

interface ClaimListProps {
  readonly title: string;
  readonly note: string;
  readonly form: Form;
  readonly word: string;
  readonly claims: readonly Claim[];
  readonly addresses: Addresses;
}

const CODE = "font-mono text-[0.8125rem] break-all";

function Sources({ claim: { contracts, docs }, addresses }: { readonly claim: Claim; readonly addresses: Addresses }) {
  return (
    <ul className="mt-1 space-y-0.5 text-[0.8125rem] text-ink-faint">
      {contracts.map((name) => (
        <li key={name}>
          {name}: <code className={CODE}>{CONTRACTS[name]}</code>
          {addresses[name] === undefined ? null : (
            <>
              {" "}
              at <Identifier value={addresses[name]} what={`address of ${name}`} short copyable />
            </>
          )}
        </li>
      ))}
      <li>
        Documentation: <code className={CODE}>{docs}</code>
      </li>
    </ul>
  );
}

/** Things that are enforced, trusted or not covered, each with its contract and its documentation. */
export function ClaimList({ title, note, form, word, claims, addresses }: ClaimListProps) {
  return (
    <Panel title={title} note={note}>
      <ul className="divide-y divide-line">
        {claims.map((claim) => (
          <li key={claim.what} className="grid gap-x-6 gap-y-1 px-4 py-3 sm:grid-cols-[8rem_1fr]" data-testid="claim">
            <span className="text-[0.875rem] font-medium">
              <Sign form={form} text={word} hint={note} />
            </span>
            <div className="min-w-0">
              <h3 className="font-medium text-ink">{claim.what}</h3>
              <p className="max-w-[75ch] text-ink-soft">
                {claim.says} {claim.limit ?? ""}
              </p>
              <Sources claim={claim} addresses={addresses} />
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
