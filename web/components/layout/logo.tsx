/** The mark: two warp threads, the double l of the name, and the weft that passes over one and under the other. */
export function Logo({ className }: { readonly className?: string }) {
  return (
    <svg viewBox="0 0 24 24" className={className} aria-hidden="true">
      <g fill="var(--ink)">
        <rect x="6" y="1" width="4" height="4.5" rx="1" />
        <rect x="6" y="10.5" width="4" height="12.5" rx="1" />
        <rect x="14" y="1" width="4" height="12.5" rx="1" />
        <rect x="14" y="18.5" width="4" height="4.5" rx="1" />
      </g>
      <g fill="var(--weld)">
        <rect x="1" y="6.5" width="12" height="3" rx="1" />
        <rect x="19" y="6.5" width="4" height="3" rx="1" />
        <rect x="1" y="14.5" width="4" height="3" rx="1" />
        <rect x="11" y="14.5" width="12" height="3" rx="1" />
      </g>
    </svg>
  );
}
