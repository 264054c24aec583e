interface FeedLinkProps {
  readonly href: string;
  readonly title: string;
}

/** Names a feed to programs, in the document's head, and to people, as a link. */
export const FeedLink = ({ href, title }: FeedLinkProps) => (
  <>
    <link rel="alternate" type="application/atom+xml" href={href} title={title} />
    <a className="link" href={href} title={title} data-testid="feed">
      Feed
    </a>
  </>
);
