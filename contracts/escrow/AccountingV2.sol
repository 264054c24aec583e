// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IStakeRegistry} from "../stake/IStakeRegistry.sol";
import {Commitments} from "../libraries/Commitments.sol";
import {CompactSignatures} from "../libraries/CompactSignatures.sol";
import {Costs} from "../libraries/Costs.sol";
import {Tails} from "../libraries/Tails.sol";
import {Books, Funds} from "./Books.sol";
import {Channels} from "./Channels.sol";
import {DisputedTails} from "./DisputedTails.sol";
import {IAccountingV2} from "./IAccountingV2.sol";
import {Maturity} from "./Maturity.sol";
import {SessionSigners} from "./SessionSigners.sol";
import {Settlements} from "./Settlements.sol";

/// @title AccountingV2
/// @dev Immutable: no owner, no pause, no proxy. Settlement judges a pair without writing (`_judge`), then books what was
/// judged (`Settlements`). What is done rarely is linked code: `Channels`, `SessionSigners`, `DisputedTails`. Functions that
/// move tokens are guarded against re-entrance; the others call nothing but the stake registry, by a static call.
contract AccountingV2 is IAccountingV2, EIP712, Multicall, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using Commitments for LlmRequestCommitment;
    using Commitments for LlmResponseCommitment;
    using CompactSignatures for CompactSignature;

    /* CONSTANTS */

    /// @notice Most pairs in one `settle`. A pair whose every slot is still empty costs below 160 000 gas, so that a full
    /// batch stays below 2^24, the most that one transaction may use (EIP-7825).
    uint256 public constant MAX_PAIRS = 64;
    /// @notice How long after a request's deadline its pair can be settled; after a dispute that the executor won, the rest
    /// of a shortfall can be for so long again.
    uint256 public constant SETTLE_WINDOW = 24 hours;

    uint256 private constant MIN_UNLOCK_DELAY = 1 hours;
    uint256 private constant MAX_UNLOCK_DELAY = 30 days;
    uint8 private constant FINISH_FAILED = 0;
    uint8 private constant FINISH_LAST = 3;

    /* IMMUTABLES */

    /// @inheritdoc IAccountingV2
    address public immutable override paymentToken;
    /// @inheritdoc IAccountingV2
    address public immutable override stakeRegistry;
    /// @inheritdoc IAccountingV2
    uint256 public immutable override unlockDelay;

    /* STORAGE */

    Books private _books;

    /* MODIFIERS */

    modifier onlyJudge() {
        _requireJudge();
        _;
    }

    /* CONSTRUCTOR */

    /// @param paymentToken_ ERC-20 of all deposits; also the stake registry's token, since stake covers tails unit by unit.
    /// @param stakeRegistry_ Answers how much unmatured tail money an executor's stake covers.
    /// @param unlockDelay_ Seconds between asking for channel money back and getting it, and a revoked signer's thaw.
    constructor(address paymentToken_, address stakeRegistry_, uint256 unlockDelay_) EIP712("Lloom", "2") {
        require(paymentToken_ != address(0) && stakeRegistry_ != address(0), AccountingZeroAddress());
        require(
            unlockDelay_ >= MIN_UNLOCK_DELAY && unlockDelay_ <= MAX_UNLOCK_DELAY,
            AccountingParameterOutOfRange("unlockDelay", MIN_UNLOCK_DELAY, MAX_UNLOCK_DELAY, unlockDelay_)
        );
        address stakeToken = IStakeRegistry(stakeRegistry_).stakeToken();
        require(stakeToken == paymentToken_, AccountingTokenMismatch(paymentToken_, stakeToken));
        paymentToken = paymentToken_;
        stakeRegistry = stakeRegistry_;
        unlockDelay = unlockDelay_;
    }

    /* CLIENT: DEPOSIT */

    /// @inheritdoc IAccountingV2
    function deposit(uint256 amount) external nonReentrant {
        _deposit(msg.sender, amount);
    }

    /// @inheritdoc IAccountingV2
    function depositFor(address client, uint256 amount) external nonReentrant {
        _deposit(client, amount);
    }

    /// @inheritdoc IAccountingV2
    function depositWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external nonReentrant {
        // Whoever sees the permit can use it first; then the allowance is there already. If it is not, the transfer fails.
        // solhint-disable-next-line no-empty-blocks
        try IERC20Permit(paymentToken).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        _deposit(msg.sender, amount);
    }

    /// @inheritdoc IAccountingV2
    function withdraw(address to, uint256 amount) external nonReentrant {
        _withdraw(msg.sender, to, amount);
    }

    /// @inheritdoc IAccountingV2
    function withdrawBySig(
        address client,
        address to,
        uint256 amount,
        uint256 nonce,
        uint40 deadline,
        CompactSignature calldata signature
    ) external nonReentrant {
        bytes32 digest = _hashTypedDataV4(Commitments.hashWithdrawal(client, to, amount, nonce, deadline));
        address signer = SessionSigners.useOrder(_books, client, nonce, deadline, digest, signature);
        require(signer == client || to == client, AccountingWrongSigner(client, signer));
        _withdraw(client, to, amount);
    }

    /* CLIENT: CHANNELS */

    /// @inheritdoc IAccountingV2
    function allocate(address executor, uint256 amount) external {
        Channels.allocate(_books, msg.sender, executor, amount);
    }

    /// @inheritdoc IAccountingV2
    function allocateBySig(
        address client,
        address executor,
        uint96 amount,
        uint256 nonce,
        uint40 deadline,
        CompactSignature calldata signature
    ) external {
        bytes32 digest = _hashTypedDataV4(Commitments.hashAllocation(client, executor, amount, nonce, deadline));
        SessionSigners.useOrder(_books, client, nonce, deadline, digest, signature);
        Channels.allocate(_books, client, executor, amount);
    }

    /// @inheritdoc IAccountingV2
    function requestUnlock(address executor, uint256 amount) external {
        Channels.requestUnlock(_books, msg.sender, executor, amount, block.timestamp + unlockDelay);
    }

    /// @inheritdoc IAccountingV2
    function requestUnlockBySig(
        address client,
        address executor,
        uint96 amount,
        uint256 nonce,
        uint40 deadline,
        CompactSignature calldata signature
    ) external {
        bytes32 digest = _hashTypedDataV4(Commitments.hashUnlock(client, executor, amount, nonce, deadline));
        SessionSigners.useOrder(_books, client, nonce, deadline, digest, signature);
        Channels.requestUnlock(_books, client, executor, amount, block.timestamp + unlockDelay);
    }

    /// @inheritdoc IAccountingV2
    function cancelUnlock(address executor) external {
        Channels.cancelUnlock(_books, msg.sender, executor);
    }

    /// @inheritdoc IAccountingV2
    function finalizeUnlock(address executor) external {
        Channels.finalizeUnlock(_books, msg.sender, executor);
    }

    /// @inheritdoc IAccountingV2
    function finalizeUnlockFor(address client, address executor) external {
        Channels.finalizeUnlock(_books, client, executor);
    }

    /* CLIENT: SESSION SIGNERS */

    /// @inheritdoc IAccountingV2
    function authorizeSigner(
        address signer,
        uint40 deadline,
        uint256 nonce,
        CompactSignature calldata possession
    ) external {
        bytes32 digest = _hashTypedDataV4(Commitments.hashSignerAuthorization(msg.sender, signer, deadline, nonce));
        SessionSigners.authorize(_books, signer, deadline, digest, possession);
    }

    /// @inheritdoc IAccountingV2
    function revokeSigner(address signer) external {
        SessionSigners.revoke(_books, signer, block.timestamp + unlockDelay);
    }

    /* EXECUTOR */

    /// @inheritdoc IAccountingV2
    function release(address client, uint256 amount) external {
        Channels.release(_books, client, msg.sender, amount);
    }

    /// @inheritdoc IAccountingV2
    function withdrawEarnings(address to) external nonReentrant returns (uint256 amount) {
        require(to != address(0), AccountingZeroAddress());
        amount = withdrawableEarnings(msg.sender);
        require(amount != 0, AccountingNothingWithdrawable(unmaturedTail(msg.sender)));
        uint128 withdrawn = _books.earnings[msg.sender].withdrawn + uint128(amount); // Not above `settled`, a uint128.
        _books.earnings[msg.sender].withdrawn = withdrawn;
        emit EarningsWithdrawn(msg.sender, to, amount, withdrawn);
        IERC20(paymentToken).safeTransfer(to, amount);
    }

    /* SETTLEMENT */

    /// @inheritdoc IAccountingV2
    function processRequest(
        LlmRequestCommitment calldata request,
        LlmResponseCommitment calldata,
        CompactSignature calldata,
        CompactSignature calldata
    ) external {
        (Rejection reason, ) = _settle(_pairOf(request));
        require(reason == Rejection.None, AccountingPairRejected(reason));
    }

    /// @inheritdoc IAccountingV2
    function settle(SignedPair[] calldata pairs) external {
        require(pairs.length <= MAX_PAIRS, AccountingTooManyPairs(MAX_PAIRS, pairs.length));
        for (uint256 i = 0; i < pairs.length; ++i) {
            (Rejection reason, bytes32 requestHash) = _settle(pairs[i]);
            if (reason != Rejection.None) emit PairRejected(i, requestHash, reason);
        }
    }

    /* DISPUTES */

    /// @inheritdoc IAccountingV2
    function holdTail(Tail calldata tail) external onlyJudge returns (uint256 paid, uint256 held) {
        return DisputedTails.hold(_books, tail);
    }

    /// @inheritdoc IAccountingV2
    function releaseTail(Tail calldata tail) external onlyJudge returns (uint256 amount) {
        return DisputedTails.release(_books, tail, block.timestamp + SETTLE_WINDOW);
    }

    /// @inheritdoc IAccountingV2
    function refundTail(Tail calldata tail) external onlyJudge returns (uint256 amount) {
        return DisputedTails.refund(_books, tail);
    }

    /// @inheritdoc IAccountingV2
    function clawBackTail(
        Tail calldata tail,
        bool forEver
    ) external onlyJudge returns (uint256 paid, uint256 refunded) {
        ++_books.executorStats[tail.executor].disputesLost;
        uint32 newest = _books.lanes[tail.client][tail.executor][tail.lane].nonce;
        if (newest != tail.nonce && !forEver) return (0, 0);
        return DisputedTails.clawBack(_books, tail, forEver);
    }

    /// @inheritdoc IAccountingV2
    function countDispute(address client, address executor, bool executorLost) external onlyJudge {
        DisputedTails.count(_books, client, executor, executorLost);
    }

    /* VIEWS */

    /// @inheritdoc IAccountingV2
    function balanceOf(address client) external view returns (uint256) {
        return _books.deposits[client];
    }

    /// @inheritdoc IAccountingV2
    function lanes(
        address client,
        address executor,
        uint64 lane
    ) external view returns (uint96 cost, uint64 inbound, uint64 outbound, uint32 nonce) {
        Lane memory found = _books.lanes[client][executor][lane];
        return (found.cost, found.inbound, found.outbound, found.nonce);
    }

    /// @inheritdoc IAccountingV2
    function earnings(
        address executor
    )
        external
        view
        returns (uint128 settled, uint128 withdrawn, uint104 currentTail, uint104 previousTail, uint48 epoch)
    {
        Earnings memory found = _books.earnings[executor];
        return (found.settled, found.withdrawn, found.currentTail, found.previousTail, found.epoch);
    }

    /// @inheritdoc IAccountingV2
    function executorStats(
        address executor
    ) external view returns (uint64 inbound, uint64 outbound, uint64 requests, uint64 disputesLost) {
        return _countsOf(_books.executorStats[executor]);
    }

    /// @inheritdoc IAccountingV2
    function clientStats(
        address client
    ) external view returns (uint64 inbound, uint64 outbound, uint64 requests, uint64 disputesLost) {
        return _countsOf(_books.clientStats[client]);
    }

    /// @inheritdoc IAccountingV2
    function tailHold(
        address client,
        address executor,
        uint64 lane,
        uint32 nonce
    ) external view returns (address judge, uint96 amount, uint96 refunded, bool lost, uint40 claimableUntil) {
        TailHold memory hold = _books.tailHolds[Tails.keyOf(client, executor, lane, nonce)];
        return (hold.judge, hold.amount, hold.refunded, hold.lost, hold.claimableUntil);
    }

    /// @inheritdoc IAccountingV2
    function clientNonces(address client, address executor, uint64 lane) external view returns (uint32) {
        return _books.lanes[client][executor][lane].nonce;
    }

    /// @inheritdoc IAccountingV2
    function channels(
        address client,
        address executor
    ) external view returns (uint96 balance, uint96 unlocking, uint40 unlockAt) {
        Funds memory funds = _books.funds[client][executor];
        return (funds.balance, _books.asides[client][executor].unlocking, funds.unlockAt);
    }

    /// @inheritdoc IAccountingV2
    function withdrawableEarnings(address executor) public view returns (uint256) {
        Earnings memory stored = _books.earnings[executor];
        return stored.settled - stored.withdrawn - Maturity.unmatured(stored, Maturity.epochAt(block.timestamp));
    }

    /// @inheritdoc IAccountingV2
    function unmaturedTail(address executor) public view returns (uint256) {
        return Maturity.unmatured(_books.earnings[executor], Maturity.epochAt(block.timestamp));
    }

    /// @inheritdoc IAccountingV2
    function checkPair(SignedPair calldata pair) external view returns (Rejection reason) {
        (reason, ) = _judge(_pairOf(pair.request));
    }

    /// @inheritdoc IAccountingV2
    function signers(address signer) external view returns (address principal, uint40 thawEnd) {
        SessionSigner memory session = _books.signers[signer];
        return (session.principal, session.thawEnd);
    }

    /// @inheritdoc IAccountingV2
    function maySignFor(address principal, address signer, uint40 deadline) external view returns (bool) {
        return SessionSigners.maySignFor(_books, principal, signer, deadline);
    }

    /// @inheritdoc IAccountingV2
    function isAllocationNonceUsed(address client, uint256 nonce) external view returns (bool) {
        return SessionSigners.isUsed(_books, client, nonce);
    }

    /// @inheritdoc IAccountingV2
    function hashRequest(LlmRequestCommitment calldata request) public view returns (bytes32) {
        return _hashTypedDataV4(request.hashStruct());
    }

    /// @inheritdoc IAccountingV2
    function hashResponse(LlmResponseCommitment calldata response) public view returns (bytes32) {
        return _hashTypedDataV4(response.hashStruct());
    }

    /// @inheritdoc IAccountingV2
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /* INTERNAL: DISPUTES */

    function _requireJudge() private view {
        IStakeRegistry.Power power = IStakeRegistry(stakeRegistry).powerOf(msg.sender);
        require(power == IStakeRegistry.Power.StakeAndTails, AccountingNotJudge(msg.sender));
    }

    /* INTERNAL: ESCROW */

    /// @dev Measures what arrives, so that a token that charges on transfer is refused. A surplus is not credited.
    function _deposit(address client, uint256 amount) private {
        require(client != address(0), AccountingZeroAddress());
        require(amount != 0, AccountingZeroAmount());
        IERC20 token = IERC20(paymentToken);
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        require(received >= amount, AccountingTokenShortfall(amount, received));
        uint256 balance = _books.deposits[client] + amount;
        _books.deposits[client] = balance;
        emit Deposited(client, msg.sender, amount, balance);
    }

    function _withdraw(address client, address to, uint256 amount) private {
        require(to != address(0), AccountingZeroAddress());
        uint256 balance = Channels.takeDeposit(_books, client, amount);
        emit Withdrawn(client, to, amount, balance);
        IERC20(paymentToken).safeTransfer(to, amount);
    }

    /* INTERNAL: SETTLEMENT */

    /// @dev The pair that begins with a request: its other parts lie behind it, as arguments in this order do.
    /// @dev Adds zero in a way that the optimizer cannot see through. It would make a copy of all settlement for a place that
    /// it knows.
    function _pairOf(LlmRequestCommitment calldata request) private pure returns (SignedPair calldata pair) {
        assembly ("memory-safe") {
            pair := add(request, lt(calldatasize(), 4))
        }
    }

    function _settle(SignedPair calldata pair) private returns (Rejection reason, bytes32 requestHash) {
        Settlements.Judgement memory judged;
        (reason, judged) = _judge(pair);
        if (reason == Rejection.None) Settlements.book(_books, pair.request, judged);
        requestHash = judged.requestHash;
    }

    function _judge(
        SignedPair calldata pair
    ) private view returns (Rejection reason, Settlements.Judgement memory judged) {
        LlmRequestCommitment calldata request = pair.request;
        LlmResponseCommitment calldata response = pair.response;
        judged.requestHash = hashRequest(request);
        judged.responseHash = hashResponse(response);
        if (!request.fits()) return (Rejection.ClientSignature, judged);
        if (!response.fits()) return (Rejection.ExecutorSignature, judged);
        if (!_isSigned(request.client, judged.requestHash, pair.clientSignature, request.deadline)) {
            return (Rejection.ClientSignature, judged);
        }
        if (!_isSigned(request.executor, judged.responseHash, pair.executorSignature, request.deadline)) {
            return (Rejection.ExecutorSignature, judged);
        }
        if (response.requestHash != judged.requestHash) return (Rejection.RequestHash, judged);

        judged.lane = _books.lanes[request.client][request.executor][request.lane];
        reason = _checkTerms(request, response, judged.lane);
        if (reason != Rejection.None) return (reason, judged);

        judged.funds = _books.funds[request.client][request.executor];
        if (!_pay(request, response.cumulativeCost, judged)) return (Rejection.NothingToPay, judged);
        Settlements.advance(request.nonce, response, judged);
    }

    function _isSigned(
        address principal,
        bytes32 digest,
        CompactSignature calldata signature,
        uint40 deadline
    ) private view returns (bool) {
        return SessionSigners.maySignFor(_books, principal, signature.recover(digest), deadline);
    }

    /// @dev An equal nonce with money left to pay is how the rest of a shortfall is claimed. The lane does not remember
    /// which pair it was: another pair of this nonce, too, needs both signatures, stays below the client's cap, and is
    /// paid no more than what it exceeds the lane's cost by.
    function _checkTerms(
        LlmRequestCommitment calldata request,
        LlmResponseCommitment calldata response,
        Lane memory lane
    ) private view returns (Rejection) {
        uint256 claimableUntil = request.deadline + SETTLE_WINDOW;
        if (request.nonce == 0 || request.nonce < lane.nonce) return Rejection.Nonce;
        bool isRest = request.nonce == lane.nonce;
        if (isRest && response.cumulativeCost <= lane.cost) return Rejection.Nonce;
        // Nothing is known of an answer that was not settled before, unless it was proven to be one of two.
        if (isRest || _books.executorStats[request.executor].disputesLost != 0) {
            bytes32 key = Tails.keyOf(request.client, request.executor, request.lane, request.nonce);
            TailHold memory hold = _books.tailHolds[key];
            if (hold.judge != address(0) || hold.lost || hold.closed || hold.refunded != 0) return Rejection.Disputed;
            claimableUntil = Math.max(claimableUntil, hold.claimableUntil);
        }
        if (response.inboundTokens > request.maxInboundTokens) return Rejection.InboundTokens;
        if (response.outboundTokens > request.maxOutboundTokens) return Rejection.OutboundTokens;
        if (response.finishReason > FINISH_LAST) return Rejection.FinishReason;
        if (response.cumulativeCost != request.ackedCost + _costOf(request, response)) return Rejection.CostArithmetic;
        if (response.cumulativeCost > request.costCap) return Rejection.CostCap;
        if (request.nonce > lane.nonce && request.ackedCost < lane.cost) return Rejection.AcknowledgedCost;
        if (block.timestamp > claimableUntil) return Rejection.Expired;
        return Rejection.None;
    }

    function _costOf(
        LlmRequestCommitment calldata request,
        LlmResponseCommitment calldata response
    ) private pure returns (uint256) {
        if (response.finishReason == FINISH_FAILED) return 0;
        return
            Costs.costUp(response.inboundTokens, response.outboundTokens, request.inboundPrice, request.outboundPrice);
    }

    /// @dev Splits what is due into what the client acknowledged and the tail, and pays as far as the money goes. After a
    /// shortfall the lane's cost can lie on either side of `ackedCost`; a new nonce finds it at or below. It is never above
    /// `cumulativeCost`: `_checkTerms` saw to that.
    function _pay(
        LlmRequestCommitment calldata request,
        uint256 cumulativeCost,
        Settlements.Judgement memory judged
    ) private view returns (bool paid) {
        uint256 laneCost = judged.lane.cost;
        uint256 balance = judged.funds.balance;
        uint256 tailStart = Math.max(request.ackedCost, laneCost);
        uint256 acknowledgedPaid = Math.min(tailStart - laneCost, balance);
        uint256 tailPaid = Math.min(cumulativeCost - tailStart, balance - acknowledgedPaid);
        if (tailPaid != 0) tailPaid = Math.min(tailPaid, _tailCapacity(request.executor));
        uint256 amount = acknowledgedPaid + tailPaid;
        if (amount == 0) return false;
        // All of these are at most `cumulativeCost`, a uint96.
        judged.acknowledgedPaid = uint96(acknowledgedPaid);
        judged.tailPaid = uint96(tailPaid);
        judged.lane.cost = uint96(laneCost + amount);
        judged.unpaid = uint96(cumulativeCost - laneCost - amount);
        judged.funds.balance -= uint96(amount);
        return true;
    }

    /// @dev How much more tail money the executor's stake covers. Stake can shrink below what is unmatured.
    function _tailCapacity(address executor) private view returns (uint256) {
        return Math.saturatingSub(IStakeRegistry(stakeRegistry).capacityOf(executor), unmaturedTail(executor));
    }

    function _countsOf(Stats memory stats) private pure returns (uint64, uint64, uint64, uint64) {
        return (stats.inbound, stats.outbound, stats.requests, stats.disputesLost);
    }
}
