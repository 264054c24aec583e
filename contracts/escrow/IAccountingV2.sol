// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title AccountingV2: escrow and settlement of paid LLM answers
/// @notice A client deposits the payment token, allocates parts of the deposit to exclusive channels (one per executor),
/// and signs requests. An executor signs responses. One signed pair, the newest of a lane, settles the whole lane.
/// @dev Assumptions. Token: an ERC-20 that neither charges on transfer nor rebases (a deposit measures what arrived and
/// refuses less than was asked), with at most 2^96-1 units in circulation. Callers: anyone may settle, because both
/// signatures fix the amount. Clock: `block.timestamp`, off by seconds at most, against windows of hours.
/// Signatures are ECDSA by externally owned accounts; code at the signer's address is never asked (ERC-1271), since a
/// delegation or rotated owner could invalidate a signature after the work was done.
/// @dev Trust in numbers. Money follows only from what both parties signed and what the contract recomputes. Token counts
/// of a lane are the executor's statement: they can neither shrink nor block a payment, see `settle`.
/// @dev Units. Amounts: base units of `paymentToken`. Prices: base units per 1 000 000 LLM tokens. Times: Unix seconds.
interface IAccountingV2 {
    /* TYPES */

    /// @notice What the client signs before an answer: prices, limits and everything it has accepted so far in the lane.
    /// @param client Payer; the signature is its own or that of its session signer.
    /// @param executor Payee; part of the hash, so that no one else can be paid with it.
    /// @param model keccak256 of the model's name (the signed type holds the string; EIP-712 encodes it by this hash).
    /// @param promptHash Salted hash of the canonical messages.
    /// @param paramsHash Hash of the sampling parameters, tools and response format.
    /// @param maxInboundTokens Most prompt tokens that may be charged.
    /// @param maxOutboundTokens Most answer tokens that may be charged.
    /// @param inboundPrice Per 1 000 000 prompt tokens.
    /// @param outboundPrice Per 1 000 000 answer tokens.
    /// @param lane Any number; parallel requests use parallel lanes.
    /// @param nonce Position in the lane, from 1, strictly increasing.
    /// @param ackedCost Running total of the lane that the client accepts: `cumulativeCost` of the answer before.
    /// @param costCap Most that the lane may cost after this answer.
    /// @param prevResponseHash Digest of the acknowledged response, zero for the first of a lane.
    /// @param deadline Last second at which the executor may answer; settlement is open `SETTLE_WINDOW` longer.
    struct LlmRequestCommitment {
        address client;
        address executor;
        bytes32 model;
        bytes32 promptHash;
        bytes32 paramsHash;
        uint32 maxInboundTokens;
        uint32 maxOutboundTokens;
        uint96 inboundPrice;
        uint96 outboundPrice;
        uint64 lane;
        uint32 nonce;
        uint96 ackedCost;
        uint96 costCap;
        bytes32 prevResponseHash;
        uint40 deadline;
    }

    /// @notice What the executor signs after an answer.
    /// @param requestHash EIP-712 digest of the request.
    /// @param contentHash Salted hash of the answer.
    /// @param deliveryHash Merkle root over 4 KiB chunks of the bytes put on the wire.
    /// @param traceRoot Merkle root over per-token leaves, zero if the backend gives no log probabilities.
    /// @param inboundTokens Prompt tokens, counted by the backend's tokenizer.
    /// @param outboundTokens Answer tokens, counted by the backend's tokenizer.
    /// @param cumulativeCost `request.ackedCost` plus the cost of this answer.
    /// @param cumulativeInbound Prompt tokens of the lane so far; a statistic, money never depends on it.
    /// @param cumulativeOutbound Answer tokens of the lane so far; likewise.
    /// @param timestamp When the answer was finished, by the executor's clock.
    /// @param finishReason 0 failed (costs nothing), 1 stop, 2 length, 3 cancelled.
    struct LlmResponseCommitment {
        bytes32 requestHash;
        bytes32 contentHash;
        bytes32 deliveryHash;
        bytes32 traceRoot;
        uint32 inboundTokens;
        uint32 outboundTokens;
        uint96 cumulativeCost;
        uint64 cumulativeInbound;
        uint64 cumulativeOutbound;
        uint40 timestamp;
        uint8 finishReason;
    }

    /// @notice Compact ECDSA signature (ERC-2098): `vs` is `s` with the recovery bit on top. High `s` is refused.
    struct CompactSignature {
        bytes32 r;
        bytes32 vs;
    }

    /// @notice A signed request with its signed response: a receipt.
    struct SignedPair {
        LlmRequestCommitment request;
        LlmResponseCommitment response;
        CompactSignature clientSignature;
        CompactSignature executorSignature;
    }

    /// @notice Money of one client reserved for one executor. `unlocking` is never above `balance`: a settlement that
    /// eats into it lowers it, so that money allocated later has to wait for an unlock of its own.
    /// @param balance All of it, claimable by the executor's pairs.
    /// @param unlocking The part on its way back to the client; pairs take it last.
    /// @param unlockAt When it may go back; zero while nothing is unlocking.
    struct Channel {
        uint96 balance;
        uint96 unlocking;
        uint40 unlockAt;
    }

    /// @notice What a lane has been paid and how far it has come.
    /// @param cost Paid ever; equals the newest settled `cumulativeCost` unless a shortfall left some of it unpaid.
    /// @param inbound Prompt tokens, as stated and bounded.
    /// @param outbound Answer tokens, as stated and bounded.
    /// @param nonce Highest settled.
    struct Lane {
        uint96 cost;
        uint64 inbound;
        uint64 outbound;
        uint32 nonce;
    }

    /// @notice Settled money of an executor. Withdrawable: `settled - withdrawn - currentTail - previousTail`, the
    /// tails counted only while their epochs have not passed.
    /// @param settled Credited ever, less the tails that disputes hold or gave back to clients.
    /// @param withdrawn Paid out ever.
    /// @param currentTail Unacknowledged money credited in `epoch`.
    /// @param previousTail Unacknowledged money credited in the epoch before.
    /// @param epoch Number of the epoch that `currentTail` belongs to.
    struct Earnings {
        uint128 settled;
        uint128 withdrawn;
        uint104 currentTail;
        uint104 previousTail;
        uint48 epoch;
    }

    /// @notice Counters for pages and reputation; money never depends on them.
    struct Stats {
        uint64 inbound;
        uint64 outbound;
        uint64 requests;
        uint64 disputesLost;
    }

    /// @notice Names the tail of a lane: what was paid for the answer to the request with this nonce beyond what that
    /// request acknowledged.
    /// @param ackedCost Of the request.
    struct Tail {
        address client;
        address executor;
        uint64 lane;
        uint32 nonce;
        uint96 ackedCost;
    }

    /// @notice What disputes did with a tail.
    /// @param judge Dispute contract that holds it now, or zero: a tail has one judge at a time.
    /// @param amount Held now, belonging to neither party until the judge decides. It can be zero: all has matured.
    /// @param refunded What the client got back of it, by any dispute: no part of a tail is given back twice, and nothing
    /// more is paid for an answer of which some was given back.
    /// @param lost Decided for the client, whatever was left to give back here: the same for all of the answer.
    /// @param claimableUntil Until when the rest of a shortfall can be claimed after a dispute that the executor won, if that
    /// is longer than without the dispute.
    /// @param closed Nothing more is paid for it, whether it was settled by then or not: two answers to its request were proven.
    struct TailHold {
        address judge;
        uint96 amount;
        uint96 refunded;
        bool lost;
        uint40 claimableUntil;
        bool closed;
    }

    /// @notice A key that signs requests, responses or orders about the deposit for a principal.
    /// @dev Under a request (and under the response to it) a signer counts if it is in force, or if the request's
    /// deadline is not after its thaw end. The rule looks at the signed deadline and not at the block time, so that a
    /// pair which counts today still counts on the last second of its settlement window, and nothing with a deadline
    /// after the thaw ever counts. Work under way is safe from a revocation as long as whoever serves a request signed
    /// by a session signer takes only deadlines up to `unlockDelay` from now (less its lag behind the chain): a
    /// revocation mined later thaws no earlier than that. Under an order (allocation, unlock, withdrawal) a signer
    /// counts only while in force: no work hangs on one, and a stolen key must not move money once it is revoked.
    /// @param principal Whose money or stake stands behind the signatures; never changes once set.
    /// @param thawEnd Zero while in force; else the last second that a request's deadline may name.
    struct SessionSigner {
        address principal;
        uint40 thawEnd;
    }

    /// @notice Why a pair is not accepted: the first of these that applies. `None` means that it is accepted.
    /// @dev ClientSignature, ExecutorSignature: neither the party nor a signer of it that counts, or a malleable form, or a
    /// number wider than its member, which nobody signs.
    /// RequestHash: the response names another request. Nonce: zero, below the lane's, or equal with nothing left to
    /// pay (a replay). InboundTokens, OutboundTokens: above the request's limit. FinishReason: not 0 to 3.
    /// CostArithmetic: `cumulativeCost` is not `ackedCost` plus the recomputed cost. CostCap: above the cap.
    /// AcknowledgedCost: a new nonce that acknowledges less than the lane was already paid. Expired: later than
    /// `deadline + SETTLE_WINDOW`. NothingToPay: nothing is due, the channel is empty, or only a tail is due and the
    /// executor's capacity covers none of it; nothing has changed and the pair can be sent again. Disputed: the rest of a
    /// shortfall, while a judge holds what was paid of the answer, or after some of that went back to the client; or an answer
    /// to a request that was proven to have two.
    enum Rejection {
        None,
        ClientSignature,
        ExecutorSignature,
        RequestHash,
        Nonce,
        InboundTokens,
        OutboundTokens,
        FinishReason,
        CostArithmetic,
        CostCap,
        AcknowledgedCost,
        Expired,
        NothingToPay,
        Disputed
    }

    /* ERRORS */

    error AccountingZeroAddress();
    error AccountingZeroAmount();
    error AccountingInsufficientDeposit(uint256 available, uint256 asked);
    error AccountingInsufficientChannel(uint256 available, uint256 asked);
    error AccountingNothingWithdrawable(uint256 unmatured);
    error AccountingAmountTooLarge(uint256 limit, uint256 asked);
    error AccountingTokenShortfall(uint256 expected, uint256 received);
    error AccountingTokenMismatch(address paymentToken, address stakeToken);
    error AccountingNothingUnlocking();
    error AccountingUnlockPending(uint256 unlockAt, uint256 timestamp);
    error AccountingDeadlinePassed(uint256 deadline, uint256 timestamp);
    error AccountingWrongSigner(address expected, address recovered);
    error AccountingNonceUsed(address signer, uint256 nonce);
    error AccountingSignerTaken(address signer, address principal);
    error AccountingSignerNotAuthorized(address signer, address principal);
    error AccountingSignerAlreadyRevoked(address signer, uint256 thawEnd);
    error AccountingPairRejected(Rejection reason);
    error AccountingTooManyPairs(uint256 limit, uint256 asked);
    error AccountingNotJudge(address caller);
    error AccountingTailHeld(address judge);
    error AccountingTailNotHeld(address judge, address caller);
    error AccountingNoTail(uint256 laneNonce, uint256 laneCost);
    error AccountingParameterOutOfRange(bytes32 name, uint256 minimum, uint256 maximum, uint256 asked);

    /* EVENTS */

    /// @param balance Free deposit afterwards (everywhere below, as in every event here: the state after the event).
    event Deposited(address indexed client, address indexed payer, uint256 amount, uint256 balance);
    event Withdrawn(address indexed client, address indexed to, uint256 amount, uint256 balance);
    event Allocated(
        address indexed client,
        address indexed executor,
        uint256 amount,
        uint256 channelBalance,
        uint256 balance
    );
    event UnlockRequested(
        address indexed client,
        address indexed executor,
        uint256 amount,
        uint256 unlocking,
        uint256 unlockAt
    );
    event UnlockCancelled(address indexed client, address indexed executor, uint256 amount);
    event UnlockFinalized(
        address indexed client,
        address indexed executor,
        uint256 amount,
        uint256 channelBalance,
        uint256 balance
    );
    event Released(
        address indexed client,
        address indexed executor,
        uint256 amount,
        uint256 channelBalance,
        uint256 balance
    );
    event SignerAuthorized(address indexed principal, address indexed signer);
    event SignerRevoked(address indexed principal, address indexed signer, uint256 thawEnd);

    /// @notice A pair was settled. Everything an indexer needs is here.
    /// @param model keccak256 of the model's name.
    /// @param nonce Nonce of the lane afterwards.
    /// @param requests Answers that this settlement covers: how far the nonce went; zero for the rest of a shortfall.
    /// @param inboundTokens Prompt tokens that this settlement adds to the lane (statistics, see `settle`).
    /// @param outboundTokens Answer tokens that this settlement adds to the lane.
    /// @param acknowledgedPaid Paid for answers that the client acknowledged; withdrawable at once.
    /// @param tailPaid Paid for the last, unacknowledged answer; matures in 24 to 48 hours.
    /// @param laneCost Paid for the lane ever.
    /// @param unpaid Owed by this pair but not covered by the channel or the executor's capacity; the same pair can be
    /// sent again for exactly this rest, or a later request acknowledges it.
    /// @param channelBalance Left in the channel.
    event LaneSettled(
        address indexed client,
        address indexed executor,
        uint64 indexed lane,
        bytes32 requestHash,
        bytes32 responseHash,
        bytes32 model,
        uint32 nonce,
        uint32 requests,
        uint64 inboundTokens,
        uint64 outboundTokens,
        uint96 acknowledgedPaid,
        uint96 tailPaid,
        uint96 laneCost,
        uint96 unpaid,
        uint96 channelBalance
    );
    event PairRejected(uint256 indexed index, bytes32 indexed requestHash, Rejection reason);
    event EarningsWithdrawn(address indexed executor, address indexed to, uint256 amount, uint256 withdrawn);

    /// @param paid What the tail came to when the dispute took it, less what was refunded before.
    /// @param amount What of it had not matured, and is held now; the rest is in the executor's hands.
    event TailHeld(
        address indexed client,
        address indexed executor,
        uint64 indexed lane,
        uint32 nonce,
        address judge,
        uint256 paid,
        uint256 amount
    );
    event TailReleased(
        address indexed client,
        address indexed executor,
        uint64 indexed lane,
        uint32 nonce,
        address judge,
        uint256 amount
    );
    /// @param balance The client's free deposit afterwards.
    event TailRefunded(
        address indexed client,
        address indexed executor,
        uint64 indexed lane,
        uint32 nonce,
        address judge,
        uint256 amount,
        uint256 balance
    );

    /* CLIENT */

    /// @notice Deposits for oneself.
    function deposit(uint256 amount) external;

    /// @notice Deposits for `client`, paid by the caller.
    function depositFor(address client, uint256 amount) external;

    /// @notice Deposits with an ERC-2612 permit, in one transaction. A permit that was already used by somebody else is
    /// no failure as long as the allowance is there.
    function depositWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice Pays free deposit out to `to`.
    function withdraw(address to, uint256 amount) external;

    /// @notice The same by an EIP-712 `Withdrawal`, sent by anyone. The client's own signature pays to any address, that of a
    /// session signer in force to the client alone: such a key moves money only where it is safe from it.
    /// @param nonce Unordered: each number once per client, whatever is signed.
    /// @param deadline Last second at which it may be sent.
    function withdrawBySig(
        address client,
        address to,
        uint256 amount,
        uint256 nonce,
        uint40 deadline,
        CompactSignature calldata signature
    ) external;

    /// @notice Moves free deposit into the channel with `executor`.
    function allocate(address executor, uint256 amount) external;

    /// @notice The same by the EIP-712 `Allocation` of the client or of a session signer in force, sent by anyone.
    /// Authorizing a session signer therefore trusts it with the free deposit (it can allocate, and withdraw to the client).
    /// @param nonce Unordered: each number once per client, whatever is signed.
    /// @param deadline Last second at which it may be sent.
    function allocateBySig(
        address client,
        address executor,
        uint96 amount,
        uint256 nonce,
        uint40 deadline,
        CompactSignature calldata signature
    ) external;

    /// @notice Asks for `amount` of a channel back after `unlockDelay`. Adds to a running unlock and restarts its clock.
    /// The money stays claimable by the executor until `finalizeUnlock`.
    function requestUnlock(address executor, uint256 amount) external;

    /// @notice The same by the EIP-712 `Unlock` of the client or of a session signer in force, sent by anyone.
    /// @param nonce Unordered: each number once per client, whatever is signed.
    /// @param deadline Last second at which it may be sent.
    function requestUnlockBySig(
        address client,
        address executor,
        uint96 amount,
        uint256 nonce,
        uint40 deadline,
        CompactSignature calldata signature
    ) external;

    /// @notice Puts the unlocking amount back to work.
    function cancelUnlock(address executor) external;

    /// @notice Returns what is left of the unlocking amount to the free deposit.
    function finalizeUnlock(address executor) external;

    /// @notice The same for any client, by anyone: the client asked for it.
    function finalizeUnlockFor(address client, address executor) external;

    /// @notice Lets `signer` sign for the caller. The signer proves possession by an EIP-712 `SignerAuthorization`.
    /// A signer has one principal for ever and cannot come back once revoked: use a new key.
    /// @param nonce Any number that the signer signed; nothing remembers it, since a signer is authorized only once.
    function authorizeSigner(
        address signer,
        uint40 deadline,
        uint256 nonce,
        CompactSignature calldata possession
    ) external;

    /// @notice Ends a signer after the unlock delay: what it signed for work under way stays payable until then.
    function revokeSigner(address signer) external;

    /* EXECUTOR */

    /// @notice Gives money of a channel back to the client at once.
    function release(address client, uint256 amount) external;

    /// @notice Pays everything withdrawable out to `to`. Returns the amount; zero is refused.
    function withdrawEarnings(address to) external returns (uint256 amount);

    /* SETTLEMENT */

    /// @notice Settles one pair or reverts with the reason.
    function processRequest(
        LlmRequestCommitment calldata request,
        LlmResponseCommitment calldata response,
        CompactSignature calldata clientSignature,
        CompactSignature calldata executorSignature
    ) external;

    /// @notice Settles up to `MAX_PAIRS` pairs; a bad one is skipped with `PairRejected`, the rest goes through.
    /// @dev Pays `cumulativeCost` less what the lane was paid, the acknowledged part first, as far as the channel goes.
    /// The acknowledged part is withdrawable at once. The rest is the tail: it matures in 24 to 48 hours and is credited
    /// only as far as the executor's capacity in the stake registry exceeds its unmatured tails. What a shortfall leaves
    /// unpaid stays claimable by the same pair until its window closes, or by a later pair that acknowledges it. A tail
    /// once credited keeps its maturity, even if the client acknowledges it meanwhile. So an executor has to keep its
    /// unacknowledged answers, in flight and unmatured together, within its capacity: what exceeds it may come too late.
    /// @dev Statistics: a lane's count rises to the stated cumulative one, by no more than 2^32-1 tokens per answer
    /// covered; a lower statement leaves it where it is. No statement can stop a payment.
    function settle(SignedPair[] calldata pairs) external;

    /* DISPUTES: only dispute contracts that the stake registry gives `Power.StakeAndTails` */

    /// @notice Takes a tail out of the executor's earnings, as far as it has not matured, and keeps it for the judge to
    /// decide. Reverts if there is no such tail (the lane went on, which acknowledged it; nothing was paid; all was given
    /// back), or if a judge holds it.
    /// @dev Whether a decided answer may be disputed again is for the judges to say, and so is whether `ackedCost` is the
    /// true one: the lane does not remember the request. A wrong one names another part of the same lane's money.
    /// @dev What is held comes out of what is unmatured of this client's money with this executor, the part that matures
    /// first. It may so be money of another lane of the same two parties, and never anybody else's.
    /// @return paid What the tail came to, less what was refunded before.
    /// @return held What is held of it. Stake has to cover `paid - held`, if the client is to get all of it.
    function holdTail(Tail calldata tail) external returns (uint256 paid, uint256 held);

    /// @notice Gives a held tail to the executor, withdrawable at once. The rest of a shortfall can be claimed for another
    /// `SETTLE_WINDOW` from now. Only the judge that holds it.
    function releaseTail(Tail calldata tail) external returns (uint256 amount);

    /// @notice Gives a held tail back to the client's free deposit, and ends what can be paid for its answer, even if
    /// nothing was held. Only the judge that holds it.
    function refundTail(Tail calldata tail) external returns (uint256 amount);

    /// @notice Refunds a tail without holding it, and counts the dispute as lost by the executor. Reverts for no tail: where
    /// there is none, or a judge holds it, it only counts, and both results are zero.
    /// @param forEver Whether nothing may be paid for the answer any more, settled by now or not. A judge that jails the
    /// executor can leave that to the jail, in which no tail is paid, if it outlasts the pair: it costs a slot.
    function clawBackTail(Tail calldata tail, bool forEver) external returns (uint256 paid, uint256 refunded);

    /// @notice Counts a lost dispute, of the executor or of the client. Without an event: the judge's own tells it.
    function countDispute(address client, address executor, bool executorLost) external;

    /* VIEWS */

    function paymentToken() external view returns (address);
    function stakeRegistry() external view returns (address);
    function unlockDelay() external view returns (uint256 delaySeconds);
    function balanceOf(address client) external view returns (uint256);
    function channels(
        address client,
        address executor
    ) external view returns (uint96 balance, uint96 unlocking, uint40 unlockAt);
    function lanes(
        address client,
        address executor,
        uint64 lane
    ) external view returns (uint96 cost, uint64 inbound, uint64 outbound, uint32 nonce);
    function earnings(
        address executor
    )
        external
        view
        returns (uint128 settled, uint128 withdrawn, uint104 currentTail, uint104 previousTail, uint48 epoch);
    function executorStats(
        address executor
    ) external view returns (uint64 inbound, uint64 outbound, uint64 requests, uint64 disputesLost);
    function clientStats(
        address client
    ) external view returns (uint64 inbound, uint64 outbound, uint64 requests, uint64 disputesLost);
    function signers(address signer) external view returns (address principal, uint40 thawEnd);

    /// @notice What disputes did with a tail, see `TailHold`.
    function tailHold(
        address client,
        address executor,
        uint64 lane,
        uint32 nonce
    ) external view returns (address judge, uint96 amount, uint96 refunded, bool lost, uint40 claimableUntil);

    /// @notice Whether `signer` signs for `principal` under a request with this deadline: it is the principal, or a
    /// session signer that counts, see `SessionSigner`.
    function maySignFor(address principal, address signer, uint40 deadline) external view returns (bool);

    /// @notice Highest settled nonce of a lane; the next request must be higher.
    function clientNonces(address client, address executor, uint64 lane) external view returns (uint32);

    /// @notice What `withdrawEarnings` would pay now.
    function withdrawableEarnings(address executor) external view returns (uint256);

    /// @notice Settled tail money that has not matured yet.
    function unmaturedTail(address executor) external view returns (uint256);

    /// @notice Whether the pair would settle now, and why not.
    function checkPair(SignedPair calldata pair) external view returns (Rejection);

    /// @notice Whether an order of the client with this nonce was carried out: an allocation, an unlock or a withdrawal.
    function isAllocationNonceUsed(address client, uint256 nonce) external view returns (bool);

    /// @notice EIP-712 digest of a request; also its id, unique across chains and deployments.
    function hashRequest(LlmRequestCommitment calldata request) external view returns (bytes32);

    /// @notice EIP-712 digest of a response.
    function hashResponse(LlmResponseCommitment calldata response) external view returns (bytes32);

    function domainSeparator() external view returns (bytes32);
}
