import type { Rate } from "../primitives/token-bucket.ts";

/** How much a peer may take. Every figure is a default; `createHost` and `serveInfer` accept others. */

/** Limits of the host as a whole. */
export interface HostLimits {
  /** Above this, libp2p closes the least valued connections. */
  readonly maxConnections: number;
  /** Inbound connections of peers that have not done business here; a new one takes the place of the oldest. */
  readonly mostStrangers: number;
  /** Peers that have left of which something is remembered: those that only dial, and those that listen. */
  readonly departedDialers: number;
  readonly departedListeners: number;
  /** Connections of one peer: one in use, the others while a lost one is not yet noticed, or both sides dialled. */
  readonly connectionsPerPeer: number;
  /** New connections per second from one IP address. */
  readonly inboundConnectionsPerSecond: number;
  /** Connections that have not finished their handshake. */
  readonly maxPendingInbound: number;
  /** How long a peer that broke the protocol stays out. */
  readonly banMs: number;
  /** A dial with its handshake and protocol negotiation. */
  readonly dialTimeoutMs: number;
}

export const HOST_LIMITS: HostLimits = {
  // libp2p stops at 300, fewer than the clients of one busy executor; an idle connection costs about 100 kB.
  maxConnections: 1024,
  // All of them: an anchor of the network has nobody but strangers, who dial again when they are cut.
  mostStrangers: 1024,
  // About 5 kB each.
  departedDialers: 256,
  departedListeners: 4096,
  connectionsPerPeer: 8,
  // libp2p's 5 refuses a devnet, or an office behind one address, that starts together. A handshake costs about 5 ms of
  // CPU, so 50 of them keep a quarter of a core busy at worst.
  inboundConnectionsPerSecond: 50,
  maxPendingInbound: 64,
  banMs: 10 * 60_000,
  dialTimeoutMs: 5_000,
};

/** What a validator relays for peers that nobody can dial. */
export const RELAY_LIMITS = {
  /** Peers that may wait to be called through it. */
  maxReservations: 256,
  reservationTtl: 60 * 60_000,
  /** Of one relayed connection: some long answers; who needs more is dialled directly, or calls again. */
  defaultDurationLimit: 10 * 60_000,
  defaultDataLimit: 16n * 1024n * 1024n,
} as const;

/** Limits of one served `/lloom/infer/1`. */
export interface InferLimits {
  /** Streams of one peer: one in use, the others while a lost one is not yet noticed. */
  readonly streamsPerPeer: number;
  /** Requests that one peer may have open at a time. */
  readonly requestsPerPeer: number;
  readonly requestsTotal: number;
  /** Bytes of one peer's open requests; a prompt may be as large as a frame, so that counting requests is not enough. */
  readonly requestBytesPerPeer: number;
  readonly requestBytesTotal: number;
  /** Sustained requests per second of one peer that end without an answer, and how many may be open or end so at once. */
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
  /** Bytes per second that are parsed for one peer; faster ones wait in the network. */
  readonly inboundBytesPerSecond: number;
  /** Text of one answer that waits for the network; then the backend waits. */
  readonly queuedTextPerRequest: number;
  /** How long a handler whose client is gone may go on, to save what it has, before it is given up. */
  readonly abandonMs: number;
  /** How long a frame may take from its first byte to its last. */
  readonly frameMs: number;
}

export const INFER_LIMITS: InferLimits = {
  streamsPerPeer: 4,
  requestsPerPeer: 256,
  requestsTotal: 1024,
  requestBytesPerPeer: 16 * 1024 * 1024,
  requestBytesTotal: 128 * 1024 * 1024,
  requestsPerSecond: 100,
  requestBurst: 400,
  inboundBytesPerSecond: 16 * 1024 * 1024,
  queuedTextPerRequest: 32 * 1024,
  abandonMs: 30_000,
  frameMs: 60_000,
};

/** Limits of the client's side of `/lloom/infer/1`. */
export interface InferPoolLimits {
  /** Requests that wait for the network, per executor; then `request` waits. */
  readonly unsentBytes: number;
  /** Received and not yet read, of one answer and of one stream; then the executor has to wait. */
  readonly unreadBytesPerAnswer: number;
  readonly unreadBytesPerStream: number;
  /** A reader that takes nothing for so long, while it holds up its stream, loses its answer. */
  readonly stallMs: number;
  /** How long the last frame of a cancelled request may take. */
  readonly cancelGraceMs: number;
  /** How long a frame may take from its first byte to its last. */
  readonly frameMs: number;
}

export const INFER_POOL_LIMITS: InferPoolLimits = {
  unsentBytes: 8 * 1024 * 1024,
  // About 250 000 tokens: an honest answer always fits, so that one slow reader does not hold up the others.
  unreadBytesPerAnswer: 1024 * 1024,
  unreadBytesPerStream: 8 * 1024 * 1024,
  stallMs: 10_000,
  cancelGraceMs: 10_000,
  frameMs: 60_000,
};

/** Limits of one served `/lloom/rpc/1`. */
export interface RpcLimits {
  /** Calls of one peer that may be under way at a time. */
  readonly callsPerPeer: number;
  /** From the open stream to the reply's last byte. */
  readonly callTimeoutMs: number;
  /** Sustained calls per second of one peer, and how many may come at once. */
  readonly callsPerSecond: number;
  readonly callBurst: number;
}

export const RPC_LIMITS: RpcLimits = { callsPerPeer: 16, callTimeoutMs: 5_000, callsPerSecond: 20, callBurst: 100 };

/** Limits of one served `/lloom/evidence/1`. */
export interface EvidenceServerLimits {
  /** Streams of one peer that may be open at a time. */
  readonly asksPerPeer: number;
  /** Answers that are given at a time: each is in memory with its trace. */
  readonly asksTotal: number;
  /** Streams of all peers that are not being answered: they say nothing yet, are looked up, or wait for a place. */
  readonly outsideTotal: number;
  /** Sustained streams per second of one peer, and how many may come at once. */
  readonly asksPerSecond: number;
  readonly askBurst: number;
  /** Questions of a client about one answer that it paid for which are not counted among those, and their rate. */
  readonly freeAsksPerAnswer: number;
  readonly freeAsksPerSecond: number;
  readonly freeAskBurst: number;
  /** How long the question may take, from the open stream to its last byte. */
  readonly askMs: number;
  /** How long whoever has a right may wait for a place: less than the silence that it bears. */
  readonly waitMs: number;
  /** How long an answer holds its place while the network takes nothing of it. */
  readonly stallMs: number;
  /** From the question to the answer's last byte: whoever reads more slowly is cut. */
  readonly answerMs: number;
}

export const EVIDENCE_SERVER_LIMITS: EvidenceServerLimits = {
  asksPerPeer: 4,
  asksTotal: 16,
  // A few kB each.
  outsideTotal: 256,
  asksPerSecond: 0.5,
  // A juror asks a challenger for all that some complaints show, when their panels are drawn at once.
  askBurst: 64,
  // Log probabilities are asked for with every answer, and once more where the first time broke off. As many as a peer's answers.
  freeAsksPerAnswer: 2,
  freeAsksPerSecond: 32,
  freeAskBurst: 512,
  // A question is on its way as soon as the stream is open: a round trip.
  askMs: 1_000,
  waitMs: 10_000,
  stallMs: 10_000,
  // The largest answer, 40 MB, at 350 kB per second.
  answerMs: 120_000,
};

/** Limits of who asks for evidence. */
export interface EvidenceAskLimits {
  /** Longest silence before a frame and within one. */
  readonly frameMs: number;
  /** From the question to the answer's last byte. */
  readonly answerMs: number;
}

export const EVIDENCE_ASK_LIMITS: EvidenceAskLimits = { frameMs: 15_000, answerMs: 120_000 };

/** How many questions for evidence one host has to one peer. */
export interface EvidenceTurnLimits {
  readonly atATime: number;
  /** Those that wait for their turn, and for how long each may. */
  readonly waiting: number;
  readonly waitMs: number;
}

// Fewer than the other side takes, which may hear of the end of a stream a little later.
export const EVIDENCE_TURN_LIMITS: EvidenceTurnLimits = { atATime: 2, waiting: 256, waitMs: 60_000 };

/** Parts of vocabularies for everybody together: a large one at once, then 8 MB per second. A client asks once per model. */
export const VOCABULARY_RATE: Rate = { perSecond: 32, burst: 128 };

/** Offers of one executor that are looked at: a host of models at once, then a refresh now and then. */
export const OFFER_RATE: Rate = { perSecond: 5, burst: 100 };

/** Gossiped messages of one peer that are looked at, whoever wrote them: more than a whole network's offers. */
export const FORWARDED_RATE: Rate = { perSecond: 500, burst: 4_000 };

/** Of them, those whose author has nothing at stake that is known here: to whoever just started, that is everybody. */
export const STRANGERS_OF_ONE: Rate = { perSecond: 20, burst: 512 };

/** Offers of keys without stake that are checked, for all peers together; each costs a quarter of a millisecond. */
export const STRANGERS_RATE: Rate = { perSecond: 20, burst: 128 };

/** Of them again, those that a peer may bring after it was blamed, until it has heard that it should not, before it is banned. */
export const BLAMED_RATE: Rate = { perSecond: 5, burst: 500 };

/** Keys that never registered, which a peer may have brought before it is blamed: whoever knows the rules brings none. */
export const BLAME_TOLERANCE: Rate = { perSecond: 0.2, burst: 32 };

/** Yamux window, the most that an unread stream holds here. Its default may grow to 16 MiB, above the 4 MiB where libp2p aborts. */
export const STREAM_WINDOW_BYTES = 256 * 1024;

/** QUIC's own: a stream holds here as much as one of Yamux, and its library has one handshake at a time, which nobody should hold up for long. */
export const QUIC_LIMITS = {
  maxStreamData: STREAM_WINDOW_BYTES,
  maxConnectionData: 16 * STREAM_WINDOW_BYTES,
  handshakeTimeout: 2_000,
} as const;
