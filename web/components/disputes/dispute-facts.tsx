import type { Hex } from "@lloom/protocol/commitment-types";
import { Fact } from "../figures/facts.tsx";
import { Identifier } from "../figures/identifier.tsx";

interface AccountFactProps {
  readonly label: string;
  readonly hint: string;
  readonly address: Hex;
  readonly path: string;
  readonly testId?: string;
}

/** Somebody who takes part, with the way to its page. */
export function AccountFact({ label, hint, address, path, testId }: AccountFactProps) {
  const href = path === "/search" ? `/search?q=${address}` : `${path}/${address}`;
  return (
    <Fact label={label} hint={hint}>
      <Identifier
        value={address}
        what={`${label.toLowerCase()} address`}
        href={href}
        copyable
        {...(testId === undefined ? {} : { testId })}
      />
    </Fact>
  );
}

interface HashFactProps {
  readonly label: string;
  readonly hint: string;
  readonly value: Hex | null;
  /** What stands there without a hash. */
  readonly without?: string;
  readonly href?: string;
}

/** Evidence, by its hash. */
export function HashFact({ label, hint, value, without = "none", href }: HashFactProps) {
  return (
    <Fact label={label} hint={hint}>
      {value === null ? (
        <span className="text-ink-faint">{without}</span>
      ) : (
        <Identifier value={value} what={label.toLowerCase()} copyable {...(href === undefined ? {} : { href })} />
      )}
    </Fact>
  );
}
