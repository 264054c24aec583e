// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {DisputedTails} from "./DisputedTails.sol";
import {IAccountingV2} from "./IAccountingV2.sol";
import {IStakeRegistry} from "../stake/IStakeRegistry.sol";
import {Commitments} from "../libraries/Commitments.sol";
import {CompactSignatures} from "../libraries/CompactSignatures.sol";
import {Costs} from "../libraries/Costs.sol";
import {Maturity} from "./Maturity.sol";

/// @title AccountingV2
/// @dev Immutable: no owner, no pause, no proxy. Settlement judges a pair without writing (`_judge`), then books what was
/// judged (`_book`). Functions that move tokens are guarded against re-entrance; the others call nothing but the stake
/// registry, by a static call.
contract AccountingV2 is DisputedTails, EIP712, Multicall, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using Commitments for LlmRequestCommitment;
    using Commitments for LlmResponseCommitment;
    using CompactSignatures for CompactSignature;

    /* TYPES */

    /// @dev What accepting a pair does: the state of lane and channel as it will be, and what changes on the way there.
    struct Judgement {
        bytes32 requestHash;
        bytes32 responseHash;
        Lane lane;
        Funds funds;
        uint96 acknowledgedPaid;
        uint96 tailPaid;
        uint96 unpaid;
        uint64 inbound;
        uint64 outbound;
        uint32 requests;
    }

    /* CONSTANTS */

    /// @notice Most pairs in one `settle`. A pair whose every slot is still empty costs below 160 000 gas, so that a full
    /// batch stays below 2^24, the most that one transaction may use (EIP-7825).
    uint256 public constant MAX_PAIRS = 64;

    uint256 private constant MIN_UNLOCK_DELAY = 1 hours;
    uint256 private constant MAX_UNLOCK_DELAY = 30 days;
    uint8 private constant FINISH_FAILED = 0;
    uint8 private constant FINISH_LAST = 3;

    /* IMMUTABLES */

    /// @inheritdoc IAccountingV2
    address public immutable override paymentToken;
    /// @inheritdoc IAccountingV2
    uint256 public immutable override unlockDelay;

    /* STORAGE */

    /// @inheritdoc IAccountingV2
    mapping(address signer => SessionSigner) public override signers;

    /// @dev A bit per number, 256 numbers per word.
    mapping(address client => mapping(uint256 word => uint256 bits)) private _allocationNonces;

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
        require(to != address(0), AccountingZeroAddress());
        uint256 balance = _takeDeposit(msg.sender, amount);
        emit Withdrawn(msg.sender, to, amount, balance);
        IERC20(paymentToken).safeTransfer(to, amount);
    }

    /* CLIENT: CHANNELS */

    /// @inheritdoc IAccountingV2
    function allocate(address executor, uint256 amount) external {
        _allocate(msg.sender, executor, amount);
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
        require(block.timestamp <= deadline, AccountingDeadlinePassed(deadline, block.timestamp));
        bytes32 digest = _hashTypedDataV4(Commitments.hashAllocation(client, executor, amount, nonce, deadline));
        address signer = signature.recover(digest);
        require(_mayAllocateFor(client, signer), AccountingWrongSigner(client, signer));
        require(!isAllocationNonceUsed(client, nonce), AccountingNonceUsed(client, nonce));
        _allocationNonces[client][nonce >> 8] |= 1 << (nonce & 0xff);
        _allocate(client, executor, amount);
    }

    /// @inheritdoc IAccountingV2
    function requestUnlock(address executor, uint256 amount) external {
        require(amount != 0, AccountingZeroAmount());
        Funds storage funds = _funds[msg.sender][executor];
        Aside storage aside = _asides[msg.sender][executor];
        uint96 unlocking = aside.unlocking;
        uint256 locked = funds.balance - unlocking;
        require(amount <= locked, AccountingInsufficientChannel(locked, amount));
        unlocking += uint96(amount); // Not above the balance, just checked.
        uint256 unlockAt = block.timestamp + unlockDelay;
        aside.unlocking = unlocking;
        funds.unlockAt = uint40(unlockAt); // Fits for 34 000 years.
        emit UnlockRequested(msg.sender, executor, amount, unlocking, unlockAt);
    }

    /// @inheritdoc IAccountingV2
    function cancelUnlock(address executor) external {
        uint96 amount = _unlocking(executor);
        _asides[msg.sender][executor].unlocking = 0;
        _funds[msg.sender][executor].unlockAt = 0;
        emit UnlockCancelled(msg.sender, executor, amount);
    }

    /// @inheritdoc IAccountingV2
    function finalizeUnlock(address executor) external {
        uint96 amount = _unlocking(executor);
        uint40 unlockAt = _funds[msg.sender][executor].unlockAt;
        require(block.timestamp >= unlockAt, AccountingUnlockPending(unlockAt, block.timestamp));
        _asides[msg.sender][executor].unlocking = 0;
        (uint256 channelBalance, uint256 balance) = _returnToDeposit(msg.sender, executor, amount);
        emit UnlockFinalized(msg.sender, executor, amount, channelBalance, balance);
    }

    /* CLIENT: SESSION SIGNERS */

    /// @inheritdoc IAccountingV2
    function authorizeSigner(
        address signer,
        uint40 deadline,
        uint256 nonce,
        CompactSignature calldata possession
    ) external {
        require(block.timestamp <= deadline, AccountingDeadlinePassed(deadline, block.timestamp));
        address principal = signers[signer].principal;
        require(principal == address(0), AccountingSignerTaken(signer, principal));
        bytes32 digest = _hashTypedDataV4(Commitments.hashSignerAuthorization(msg.sender, signer, deadline, nonce));
        address recovered = possession.recover(digest);
        require(recovered == signer && recovered != address(0), AccountingWrongSigner(signer, recovered));
        signers[signer].principal = msg.sender;
        emit SignerAuthorized(msg.sender, signer);
    }

    /// @inheritdoc IAccountingV2
    function revokeSigner(address signer) external {
        SessionSigner storage session = signers[signer];
        require(session.principal == msg.sender, AccountingSignerNotAuthorized(signer, msg.sender));
        require(session.thawEnd == 0, AccountingSignerAlreadyRevoked(signer, session.thawEnd));
        uint256 thawEnd = block.timestamp + unlockDelay;
        session.thawEnd = uint40(thawEnd); // Fits for 34 000 years.
        emit SignerRevoked(msg.sender, signer, thawEnd);
    }

    /* EXECUTOR */

    /// @inheritdoc IAccountingV2
    function release(address client, uint256 amount) external {
        require(amount != 0, AccountingZeroAmount());
        uint96 available = _funds[client][msg.sender].balance;
        require(amount <= available, AccountingInsufficientChannel(available, amount));
        // Not above a uint96, just checked.
        (uint256 channelBalance, uint256 balance) = _returnToDeposit(client, msg.sender, uint96(amount));
        emit Released(client, msg.sender, amount, channelBalance, balance);
    }

    /// @inheritdoc IAccountingV2
    function withdrawEarnings(address to) external nonReentrant returns (uint256 amount) {
        require(to != address(0), AccountingZeroAddress());
        amount = withdrawableEarnings(msg.sender);
        require(amount != 0, AccountingNothingWithdrawable(unmaturedTail(msg.sender)));
        uint128 withdrawn = earnings[msg.sender].withdrawn + uint128(amount); // Not above `settled`, a uint128.
        earnings[msg.sender].withdrawn = withdrawn;
        emit EarningsWithdrawn(msg.sender, to, amount, withdrawn);
        IERC20(paymentToken).safeTransfer(to, amount);
    }

    /* SETTLEMENT */

    /// @inheritdoc IAccountingV2
    function processRequest(
        LlmRequestCommitment calldata request,
        LlmResponseCommitment calldata response,
        CompactSignature calldata clientSignature,
        CompactSignature calldata executorSignature
    ) external {
        (Rejection reason, ) = _settle(request, response, clientSignature, executorSignature);
        require(reason == Rejection.None, AccountingPairRejected(reason));
    }

    /// @inheritdoc IAccountingV2
    function settle(SignedPair[] calldata pairs) external {
        require(pairs.length <= MAX_PAIRS, AccountingTooManyPairs(MAX_PAIRS, pairs.length));
        for (uint256 i = 0; i < pairs.length; ++i) {
            SignedPair calldata pair = pairs[i];
            (Rejection reason, bytes32 requestHash) = _settle(
                pair.request,
                pair.response,
                pair.clientSignature,
                pair.executorSignature
            );
            if (reason != Rejection.None) emit PairRejected(i, requestHash, reason);
        }
    }

    /* VIEWS */

    /// @inheritdoc IAccountingV2
    function clientNonces(address client, address executor, uint64 lane) external view returns (uint32) {
        return lanes[client][executor][lane].nonce;
    }

    /// @inheritdoc IAccountingV2
    function channels(
        address client,
        address executor
    ) external view returns (uint96 balance, uint96 unlocking, uint40 unlockAt) {
        Funds memory funds = _funds[client][executor];
        return (funds.balance, _asides[client][executor].unlocking, funds.unlockAt);
    }

    /// @inheritdoc IAccountingV2
    function withdrawableEarnings(address executor) public view returns (uint256) {
        Earnings memory stored = earnings[executor];
        return stored.settled - stored.withdrawn - Maturity.unmatured(stored, Maturity.epochAt(block.timestamp));
    }

    /// @inheritdoc IAccountingV2
    function unmaturedTail(address executor) public view returns (uint256) {
        return Maturity.unmatured(earnings[executor], Maturity.epochAt(block.timestamp));
    }

    /// @inheritdoc IAccountingV2
    function checkPair(SignedPair calldata pair) external view returns (Rejection reason) {
        (reason, ) = _judge(pair.request, pair.response, pair.clientSignature, pair.executorSignature);
    }

    /// @inheritdoc IAccountingV2
    function maySignFor(address principal, address signer, uint40 deadline) external view returns (bool) {
        return _maySignFor(principal, signer, deadline);
    }

    /// @inheritdoc IAccountingV2
    function isAllocationNonceUsed(address client, uint256 nonce) public view returns (bool) {
        return _allocationNonces[client][nonce >> 8] & (1 << (nonce & 0xff)) != 0;
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
        uint256 balance = balanceOf[client] + amount;
        balanceOf[client] = balance;
        emit Deposited(client, msg.sender, amount, balance);
    }

    function _takeDeposit(address client, uint256 amount) private returns (uint256 balance) {
        require(amount != 0, AccountingZeroAmount());
        balance = balanceOf[client];
        require(amount <= balance, AccountingInsufficientDeposit(balance, amount));
        balance -= amount;
        balanceOf[client] = balance;
    }

    function _allocate(address client, address executor, uint256 amount) private {
        require(executor != address(0), AccountingZeroAddress());
        uint256 balance = _takeDeposit(client, amount);
        uint256 channelBalance = _funds[client][executor].balance + amount;
        require(channelBalance <= type(uint96).max, AccountingAmountTooLarge(type(uint96).max, channelBalance));
        _funds[client][executor].balance = uint96(channelBalance);
        emit Allocated(client, executor, amount, channelBalance, balance);
    }

    /// @dev What the caller's channel is unlocking.
    function _unlocking(address executor) private view returns (uint96 amount) {
        amount = _asides[msg.sender][executor].unlocking;
        require(amount != 0, AccountingNothingUnlocking());
    }

    /// @dev Takes `amount`, which is not above the channel's balance, out of the channel and frees it.
    function _returnToDeposit(
        address client,
        address executor,
        uint96 amount
    ) private returns (uint256 channelBalance, uint256 balance) {
        Funds memory funds = _funds[client][executor];
        funds.balance -= amount;
        _setFunds(client, executor, funds);
        channelBalance = funds.balance;
        balance = balanceOf[client] + amount;
        balanceOf[client] = balance;
    }

    /// @dev Money that is not unlocking goes first; what is unlocking never exceeds what is there.
    function _setFunds(address client, address executor, Funds memory funds) private {
        if (funds.unlockAt != 0) {
            Aside storage aside = _asides[client][executor];
            if (aside.unlocking > funds.balance) aside.unlocking = funds.balance;
            if (aside.unlocking == 0) funds.unlockAt = 0;
        }
        _funds[client][executor] = funds;
    }

    /* INTERNAL: SIGNERS */

    /// @dev Rule and reasons: `SessionSigner`. Nobody signs for the zero address, which is the principal of no signer.
    function _maySignFor(address principal, address signer, uint40 deadline) private view returns (bool) {
        if (signer == address(0) || principal == address(0)) return false;
        if (signer == principal) return true;
        SessionSigner memory session = signers[signer];
        return session.principal == principal && (session.thawEnd == 0 || deadline <= session.thawEnd);
    }

    /// @dev Stricter than `_maySignFor`: a revoked signer moves no deposit.
    function _mayAllocateFor(address client, address signer) private view returns (bool) {
        return _maySignFor(client, signer, type(uint40).max);
    }

    /* INTERNAL: SETTLEMENT */

    function _settle(
        LlmRequestCommitment calldata request,
        LlmResponseCommitment calldata response,
        CompactSignature calldata clientSignature,
        CompactSignature calldata executorSignature
    ) private returns (Rejection reason, bytes32 requestHash) {
        Judgement memory judged;
        (reason, judged) = _judge(request, response, clientSignature, executorSignature);
        if (reason == Rejection.None) _book(request, judged);
        requestHash = judged.requestHash;
    }

    function _judge(
        LlmRequestCommitment calldata request,
        LlmResponseCommitment calldata response,
        CompactSignature calldata clientSignature,
        CompactSignature calldata executorSignature
    ) private view returns (Rejection reason, Judgement memory judged) {
        judged.requestHash = hashRequest(request);
        judged.responseHash = hashResponse(response);
        if (!_maySignFor(request.client, clientSignature.recover(judged.requestHash), request.deadline)) {
            return (Rejection.ClientSignature, judged);
        }
        if (!_maySignFor(request.executor, executorSignature.recover(judged.responseHash), request.deadline)) {
            return (Rejection.ExecutorSignature, judged);
        }
        if (response.requestHash != judged.requestHash) return (Rejection.RequestHash, judged);

        judged.lane = lanes[request.client][request.executor][request.lane];
        reason = _checkTerms(request, response, judged.lane);
        if (reason != Rejection.None) return (reason, judged);

        judged.funds = _funds[request.client][request.executor];
        if (!_pay(request, response.cumulativeCost, judged)) return (Rejection.NothingToPay, judged);
        _advance(request.nonce, response, judged);
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
        if (request.nonce == lane.nonce) {
            if (response.cumulativeCost <= lane.cost) return Rejection.Nonce;
            TailHold memory hold = _tailHold(request.client, request.executor, request.lane, request.nonce);
            if (hold.judge != address(0) || hold.lost || hold.refunded != 0) return Rejection.Disputed;
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
        Judgement memory judged
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

    function _advance(uint32 nonce, LlmResponseCommitment calldata response, Judgement memory judged) private pure {
        Lane memory lane = judged.lane;
        judged.requests = nonce - lane.nonce; // Not below, `_checkTerms` saw to that.
        judged.inbound = _growth(lane.inbound, response.cumulativeInbound, judged.requests);
        judged.outbound = _growth(lane.outbound, response.cumulativeOutbound, judged.requests);
        lane.nonce = nonce;
        lane.inbound += judged.inbound;
        lane.outbound += judged.outbound;
    }

    /// @dev How much more tail money the executor's stake covers. Stake can shrink below what is unmatured.
    function _tailCapacity(address executor) private view returns (uint256) {
        return Math.saturatingSub(IStakeRegistry(stakeRegistry).capacityOf(executor), unmaturedTail(executor));
    }

    /// @dev How far a lane's count follows the executor's statement: never down, and by no more than an answer can hold.
    function _growth(uint64 counted, uint64 stated, uint32 requests) private pure returns (uint64) {
        if (stated <= counted) return 0;
        // The minimum is not above the first argument, a uint64.
        return uint64(Math.min(stated - counted, uint256(requests) * type(uint32).max));
    }

    function _book(LlmRequestCommitment calldata request, Judgement memory judged) private {
        (address client, address executor) = (request.client, request.executor);
        lanes[client][executor][request.lane] = judged.lane;
        uint48 epoch = Maturity.epochAt(block.timestamp);
        if (judged.tailPaid != 0) _addTail(client, executor, judged, epoch);
        _setFunds(client, executor, judged.funds);
        _credit(earnings[executor], judged.acknowledgedPaid, judged.tailPaid, epoch);
        if (judged.requests != 0) {
            _count(executorStats[executor], judged);
            _count(clientStats[client], judged);
        }
        emit LaneSettled({
            client: client,
            executor: executor,
            lane: request.lane,
            requestHash: judged.requestHash,
            responseHash: judged.responseHash,
            model: request.model,
            nonce: request.nonce,
            requests: judged.requests,
            inboundTokens: judged.inbound,
            outboundTokens: judged.outbound,
            acknowledgedPaid: judged.acknowledgedPaid,
            tailPaid: judged.tailPaid,
            laneCost: judged.lane.cost,
            unpaid: judged.unpaid,
            channelBalance: judged.funds.balance
        });
    }

    /// @dev Notes the tail in the channel that paid it, too: the client's disputes reach no other money.
    function _addTail(address client, address executor, Judgement memory judged, uint48 epoch) private {
        Funds memory funds = judged.funds;
        if (funds.epoch != epoch) {
            if (funds.currentTail != 0 && uint48(funds.epoch) + 1 == epoch) {
                Aside storage aside = _asides[client][executor];
                (aside.previousTail, aside.previousEpoch) = (funds.currentTail, funds.epoch);
            }
            (funds.currentTail, funds.epoch) = (0, uint24(epoch));
        }
        // Within the executor's unmatured tails, which its stake, a uint96, covers.
        funds.currentTail += judged.tailPaid;
    }

    function _credit(Earnings storage account, uint96 acknowledgedPaid, uint96 tailPaid, uint48 epoch) private {
        // Reaching 2^128 takes 2^31 settlements of the largest amount that a channel can hold, twice over.
        _setSettled(account, account.settled + uint128(acknowledgedPaid) + tailPaid);
        if (tailPaid == 0) return;
        (uint104 currentTail, uint104 previousTail) = Maturity.roll(account, epoch);
        // Both tails together stay within the executor's stake, a uint96.
        _setTails(account, currentTail + tailPaid, previousTail, epoch);
    }

    /// @dev Token counts stop at their largest value: a statistic must not be able to stop a payment. The count of
    /// requests cannot get there, since one settlement adds less than 2^32.
    function _count(Stats storage account, Judgement memory judged) private {
        Stats memory stats = account;
        stats.inbound = uint64(Math.min(uint256(stats.inbound) + judged.inbound, type(uint64).max));
        stats.outbound = uint64(Math.min(uint256(stats.outbound) + judged.outbound, type(uint64).max));
        stats.requests += judged.requests;
        (account.inbound, account.outbound, account.requests) = (stats.inbound, stats.outbound, stats.requests);
    }
}
