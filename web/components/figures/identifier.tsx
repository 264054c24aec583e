import Link from "next/link";
import { shortHex, shortPeerId } from "../../lib/format.ts";
import { CopyButton } from "./copy-button.tsx";

interface IdentifierProps {
  readonly value: string;
  /** What it is: "executor address". Names the copy button and is shown on hover. */
  readonly what: string;
  /** The page behind it. */
  readonly href?: string;
  /** Whether it is cut to its ends. Full ones break over lines. */
  readonly short?: boolean;
  readonly copyable?: boolean;
  readonly testId?: string;
}

const cut = (value: string): string => (value.startsWith("0x") ? shortHex(value) : shortPeerId(value));

/** An address, hash or peer id: monospaced, cut to its ends where space is scarce, to be followed and copied. */
export function Identifier({ value, what, href, short = false, copyable = false, testId }: IdentifierProps) {
  const shown = short ? cut(value) : value;
  const attributes = { title: `${what}: ${value}`, "data-testid": testId };
  const typography = `font-mono text-[0.8125rem] ${short ? "whitespace-nowrap" : "break-all"}`;
  return (
    <span className="inline-flex max-w-full items-center gap-1">
      {href === undefined ? (
        <span {...attributes} className={typography}>
          {shown}
        </span>
      ) : (
        <Link {...attributes} href={href} prefetch={false} className={`link ${typography}`}>
          {shown}
        </Link>
      )}
      {copyable ? <CopyButton text={value} what={what} /> : null}
    </span>
  );
}
