// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccountingV2} from "../../escrow/IAccountingV2.sol";

/// @title DeliveryDisputes: an answer was paid for, and the client says that it never came
/// @notice The client posts a bond that pays for putting the answer on chain. Until a deadline the executor does that, and gets
/// back the gas that it needed; or shows that the client acknowledged the answer, and gets the bond; or it concedes; or it loses what it was
/// paid, and stake.
/// @dev Signatures and session signers follow AccountingV2's rules. The subject is a tail: the last answer of a lane, as long
/// as no later pair of the lane is settled, whose response the executor signed. Nothing can show that bytes arrived late:
/// what is punished is never having shown them.
/// @dev A client opens when the answer is due and what was paid for it has not matured (24 to 48 hours after settlement):
/// then the escrow gives all of it back. Later the rest has to come out of stake, up to a fifth of what is taken there. What of
/// a pair is still `unpaid` cannot be claimed while it is disputed, nor after a refund.
/// @dev A reveal is public. Who opens a dispute asks for its own answer to be put on chain.
/// @dev Answers of more than `MAX_CHUNKS` chunks of 4 KiB cannot be revealed: executors do not sign longer ones. Nor do they
/// take requests whose deadline is far ahead: they keep the bytes of an unacknowledged answer until its deadline and 84 hours.
/// @dev Units. Bonds: wei. Other amounts: base units of the payment token. Times: Unix seconds.
interface IDeliveryDisputes {
    /* TYPES */

    /// @dev From Open to one of the states after it, which are final. Delivered: the bytes are on chain. Rejected: the
    /// client had acknowledged the answer. Conceded: the executor gave the money back. Cancelled: the client withdrew.
    /// Defaulted: the executor let the deadline pass.
    enum State {
        None,
        Open,
        Delivered,
        Rejected,
        Conceded,
        Cancelled,
        Defaulted
    }

    /// @notice A dispute, with all that was fixed when it was opened. Its id is the response's digest.
    /// @param opener Client or session signer that posted the bond; what is left of it comes back here.
    /// @param revealBy Last second for everything but `poke`, which comes after it.
    /// @param nonce Of the request.
    /// @param state See `State`.
    /// @param revealing Whether a part of the answer was revealed: then the client cannot cancel any more.
    /// @param client Gets the refund and the victim's share.
    /// @param paid What the tail came to, less what another dispute gave back of it; the unmatured part waits in AccountingV2.
    /// @param executor Who has to show the answer.
    /// @param penalty What a default costs beyond the refund.
    /// @param ackedCost Of the request.
    /// @param bond Held for this dispute; zero once it is over.
    /// @param lane Of the request.
    struct Delivery {
        address opener;
        uint40 revealBy;
        uint32 nonce;
        State state;
        bool revealing;
        address client;
        uint96 paid;
        address executor;
        uint96 penalty;
        uint96 ackedCost;
        uint96 bond;
        uint64 lane;
    }

    /// @notice A part of an answer, with its place in the tree whose root the response holds.
    /// @param index From zero.
    /// @param data 4 096 bytes; the last chunk has what is left.
    /// @param proof Siblings from the chunk up; a level at which its node has none is left out.
    struct Chunk {
        uint256 index;
        bytes data;
        bytes32[] proof;
    }

    /* ERRORS */

    error DeliveryZeroAddress();
    error DeliveryParameterOutOfRange(bytes32 name, uint256 minimum, uint256 maximum, uint256 asked);
    error DeliveryNotClient(address client, address caller);
    error DeliveryNotExecutor(address executor, address caller);
    error DeliveryNotResponseToRequest(bytes32 requestHash);
    error DeliveryTooLate(uint256 until, uint256 timestamp);
    error DeliveryTooEarly(uint256 revealBy, uint256 timestamp);
    error DeliveryBondTooSmall(uint256 bond, uint256 sent);
    error DeliveryAlreadyDisputed(bytes32 id);
    error DeliveryNotSettled(uint256 laneCost, uint256 cumulativeCost);
    error DeliveryNotOpen(bytes32 id, State state);
    error DeliveryTooManyBytes(uint256 maximum, uint256 length);
    error DeliveryChunkCount(uint256 minimum, uint256 maximum, uint256 count);
    error DeliveryWrongBytes(bytes32 deliveryHash);
    error DeliveryWrongChunk(bytes32 deliveryHash, uint256 index);
    error DeliveryNotAcknowledgement();
    error DeliveryRevealing(bytes32 id);
    error DeliveryNothingCredited(address account);

    /* EVENTS */

    /// @param id Digest of the response.
    /// @param opener Posted the bond.
    /// @param paid What the tail came to, less what another dispute gave back of it.
    /// @param held The unmatured part of it, which AccountingV2 holds until the end.
    /// @param penalty What a default costs beyond `paid`.
    /// @param bond Wei; what was sent beyond it is credited to the opener.
    event DeliveryOpened(
        bytes32 indexed id,
        address indexed client,
        address indexed executor,
        bytes32 requestHash,
        bytes32 deliveryHash,
        uint64 lane,
        uint32 nonce,
        address opener,
        uint256 paid,
        uint256 held,
        uint256 penalty,
        uint256 bond,
        uint256 revealBy
    );

    /// @notice Bytes of the answer, as they belong on the wire.
    /// @param index Chunk at which `data` starts.
    /// @param chunkCount Chunks of the whole answer, as the revealer says: right once the dispute is Delivered.
    event AnswerRevealed(bytes32 indexed id, uint256 index, uint256 chunkCount, bytes data);

    /// @notice A dispute is over.
    /// @param by Who ended it.
    /// @param released Of the tail, from the escrow to the executor.
    /// @param refunded Of the tail, from the escrow to the client's free deposit.
    /// @param repaid Of the tail, beyond that: by the executor itself (Conceded, into the free deposit), or out of its stake
    /// (Defaulted, as the client's reward in the stake registry).
    /// @param slashed Taken from the executor's stake, with what was repaid out of it.
    event DeliveryClosed(
        bytes32 indexed id,
        address indexed client,
        address indexed executor,
        State state,
        address by,
        uint256 released,
        uint256 refunded,
        uint256 repaid,
        uint256 slashed
    );

    /// @notice Wei that an account can withdraw: a bond, a part of one, or what was sent beyond it.
    event BondCredited(address indexed account, bytes32 indexed id, uint256 amount);
    event BondsWithdrawn(address indexed account, address indexed to, uint256 amount);

    /* CLIENT */

    /// @notice Opens a dispute about the response of a settled pair, until `CHALLENGE_WINDOW` after the request's deadline.
    /// The caller is the client or a session signer of it in force, and sends the bond, see `bondFor`. The tail is held,
    /// stake for refund and penalty frozen. One dispute per nonce of a lane.
    /// @dev A lane does not remember which pair of a nonce was settled. With two signed requests of one nonce a client could
    /// bring another pair than the settled one. The executor answered that one, too, so it can show the answer. The pair
    /// has to cover what the lane was paid, so that nobody gets back more than one answer of the executor's was to cost.
    /// @return id Digest of the response.
    function open(IAccountingV2.SignedPair calldata pair) external payable returns (bytes32 id);

    /// @notice The same for anybody who has the client's consent and posts the bond, which comes back to who posted it: a client
    /// without ether can dispute, too. All else is the client's.
    /// @param consent Signature of `hashConsent` by the client or a session signer of it in force.
    function openFor(
        IAccountingV2.SignedPair calldata pair,
        IAccountingV2.CompactSignature calldata consent
    ) external payable returns (bytes32 id);

    /// @notice Withdraws a dispute: all of the bond comes back, since nothing had to be done for it, and an executor that got a
    /// part could earn by withholding an answer until it is disputed, and sending it then. Not after a part of the answer was
    /// revealed, or a client could make an executor pay for nearly all of a long reveal.
    function cancel(bytes32 id) external;

    /* EXECUTOR: reveal and rebut may be sent by anyone, since the evidence speaks for itself */

    /// @notice Shows an answer of up to `CHUNKS_PER_REVEAL` chunks, whole. The bond pays the executor, whoever calls, the gas of
    /// the transaction at the base fee, at most `REVEAL_GAS` and `REVEAL_GAS_PER_BYTE` for each byte: where the call is the whole
    /// transaction of an account without code, and nothing otherwise, since its cost cannot be seen then.
    function reveal(IAccountingV2.LlmResponseCommitment calldata response, bytes calldata answer) external;

    /// @notice Shows up to `CHUNKS_PER_REVEAL` chunks of an answer, in any order. With the last missing one it is delivered, and
    /// the bond pays for all of them as for `reveal`, but not for chunks that were shown before.
    /// @param chunkCount Chunks of the whole answer. Chunks shown under another count do not count.
    function revealChunks(
        IAccountingV2.LlmResponseCommitment calldata response,
        uint256 chunkCount,
        Chunk[] calldata chunks
    ) external;

    /// @notice Shows a later request of the lane, signed by the client, that names the response as the one before it, or
    /// acknowledges at least what the response comes to.
    function rebutByRequest(
        IAccountingV2.LlmResponseCommitment calldata response,
        IAccountingV2.LlmRequestCommitment calldata later,
        IAccountingV2.CompactSignature calldata signature
    ) external;

    /// @notice Shows a `ResponseAck` signed by the client. A session signer counts as it does under the request.
    function rebutByAck(
        IAccountingV2.LlmRequestCommitment calldata request,
        IAccountingV2.LlmResponseCommitment calldata response,
        IAccountingV2.CompactSignature calldata signature
    ) external;

    /// @notice Gives the money back; only the executor. What of it has matured the caller pays, by an allowance of the
    /// payment token to this contract: stake is no purse. Half a strike, no slash.
    function concede(bytes32 id) external;

    /// @notice The same with the executor's consent, paid by whoever calls: an executor whose account the token refuses can
    /// concede, too.
    /// @param consent Signature of `hashConcession` by the executor or a session signer of it in force.
    function concedeFor(bytes32 id, IAccountingV2.CompactSignature calldata consent) external;

    /* ANYONE */

    /// @notice Ends a dispute whose deadline has passed. The caller gets the reporter's share of the slash.
    function poke(bytes32 id) external;

    /// @notice Pays the caller's bonds out to `to`.
    function withdrawBonds(address to) external returns (uint256 amount);

    /* VIEWS */

    function accounting() external view returns (address);
    function stakeRegistry() external view returns (address);
    /// @notice Wei of every bond, whatever gas costs.
    function flatBond() external view returns (uint256);

    /// @notice See `Delivery`.
    function deliveries(
        bytes32 id
    )
        external
        view
        returns (
            address opener,
            uint40 revealBy,
            uint32 nonce,
            State state,
            bool revealing,
            address client,
            uint96 paid,
            address executor,
            uint96 penalty,
            uint96 ackedCost,
            uint96 bond,
            uint64 lane
        );

    /// @notice Which chunks were shown under this count: a bit each.
    function revealedChunks(bytes32 id, uint256 chunkCount) external view returns (uint256 bits);

    /// @notice How often an executor had to show an answer here.
    function forcedReveals(address executor) external view returns (uint256);

    /// @notice Wei that `withdrawBonds` would pay.
    function bondsOf(address account) external view returns (uint256);

    /// @notice Wei that `open` asks for in this block: twice the gas of revealing an answer of so many tokens, at the
    /// block's base fee, and `flatBond`. Base fees move: send more than the last block's; the rest is credited.
    /// @param outboundTokens Of the response.
    function bondFor(uint32 outboundTokens) external view returns (uint256 bond);

    /// @notice What a client signs to let somebody else open a dispute about a response, which makes the answer public: EIP-712
    /// `DeliveryConsent(address opener,bytes32 responseHash)` in AccountingV2's domain.
    function hashConsent(address opener, bytes32 responseHash) external view returns (bytes32);

    /// @notice What an executor signs to let somebody else pay its concession: EIP-712 `DeliveryConcession(bytes32 id)` in
    /// AccountingV2's domain.
    function hashConcession(bytes32 id) external view returns (bytes32);
}
