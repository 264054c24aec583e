// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAccountingV2} from "./interfaces/IAccountingV2.sol";
import {IStakeRegistry} from "./interfaces/IStakeRegistry.sol";
import {Maturity} from "./libraries/Maturity.sol";
import {Tails} from "./libraries/Tails.sol";

/// @title DisputedTails: the books that a dispute can touch, and all that it can do to them
/// @dev A judge moves money between the unmatured tails of one executor and the free deposit of one client, up to what the
/// lane between them was paid for its last answer, and gives no part of that back twice. It reaches no channel, no other deposit and nothing
/// that has matured. Nothing here calls anybody but the stake registry, by a static call.
abstract contract DisputedTails is IAccountingV2 {
    /* IMMUTABLES */

    /// @inheritdoc IAccountingV2
    address public immutable override stakeRegistry;

    /* STORAGE */

    /// @inheritdoc IAccountingV2
    mapping(address client => uint256) public override balanceOf;
    /// @inheritdoc IAccountingV2
    mapping(address client => mapping(address executor => mapping(uint64 lane => Lane))) public override lanes;
    /// @inheritdoc IAccountingV2
    mapping(address executor => Earnings) public override earnings;
    /// @inheritdoc IAccountingV2
    mapping(address executor => Stats) public override executorStats;
    /// @inheritdoc IAccountingV2
    mapping(address client => Stats) public override clientStats;

    /// @dev By Tails.keyOf.
    mapping(bytes32 tail => TailHold) private _tailHolds;

    /* MODIFIERS */

    modifier onlyJudge() {
        _requireJudge();
        _;
    }

    /* DISPUTES */

    /// @inheritdoc IAccountingV2
    function holdTail(Tail calldata tail) external onlyJudge returns (uint256 paid, uint256 held) {
        TailHold storage hold = _holdOf(tail);
        require(hold.judge == address(0), AccountingTailHeld(hold.judge));
        paid = _paidFor(tail, hold);
        Lane storage lane = lanes[tail.client][tail.executor][tail.lane];
        require(paid != 0, AccountingNoTail(lane.nonce, lane.cost));
        held = _takeUnmatured(earnings[tail.executor], paid);
        hold.judge = msg.sender;
        hold.amount = uint96(held); // Not above `paid`, which is not above a lane's cost.
        emit TailHeld(tail.client, tail.executor, tail.lane, tail.nonce, msg.sender, paid, held);
    }

    /// @inheritdoc IAccountingV2
    function releaseTail(Tail calldata tail) external onlyJudge returns (uint256 amount) {
        amount = _endHold(tail);
        Earnings storage account = earnings[tail.executor];
        _setSettled(account, account.settled + uint128(amount)); // An amount that was taken from there.
        emit TailReleased(tail.client, tail.executor, tail.lane, tail.nonce, msg.sender, amount);
    }

    /// @inheritdoc IAccountingV2
    function refundTail(Tail calldata tail) external onlyJudge returns (uint256 amount) {
        amount = _endHold(tail);
        _refund(tail, amount);
    }

    /// @inheritdoc IAccountingV2
    function clawBackTail(Tail calldata tail) external onlyJudge returns (uint256 paid, uint256 refunded) {
        ++executorStats[tail.executor].disputesLost;
        TailHold storage hold = _holdOf(tail);
        if (hold.judge != address(0)) return (0, 0);
        paid = _paidFor(tail, hold);
        if (paid != 0) refunded = _takeUnmatured(earnings[tail.executor], paid);
        if (refunded != 0) _refund(tail, refunded);
    }

    /// @inheritdoc IAccountingV2
    function countDispute(address client, address executor, bool executorLost) external onlyJudge {
        Stats storage stats = executorLost ? executorStats[executor] : clientStats[client];
        ++stats.disputesLost;
    }

    /* VIEWS */

    /// @inheritdoc IAccountingV2
    function tailHold(
        address client,
        address executor,
        uint64 lane,
        uint32 nonce
    ) external view returns (address judge, uint96 amount, uint96 refunded) {
        TailHold memory hold = _tailHolds[Tails.keyOf(client, executor, lane, nonce)];
        return (hold.judge, hold.amount, hold.refunded);
    }

    /* INTERNAL */

    function _requireJudge() private view {
        IStakeRegistry.Power power = IStakeRegistry(stakeRegistry).powerOf(msg.sender);
        require(power == IStakeRegistry.Power.StakeAndTails, AccountingNotJudge(msg.sender));
    }

    function _holdOf(Tail calldata tail) private view returns (TailHold storage) {
        return _tailHolds[Tails.keyOf(tail.client, tail.executor, tail.lane, tail.nonce)];
    }

    /// @dev Whether a judge holds the tail of this nonce, or gave some of it back: then nothing more is paid for its answer.
    function _isTailDisputed(address client, address executor, uint64 lane, uint32 nonce) internal view returns (bool) {
        TailHold memory hold = _tailHolds[Tails.keyOf(client, executor, lane, nonce)];
        return hold.judge != address(0) || hold.refunded != 0;
    }

    /// @dev What the lane was paid for the answer with the tail's nonce. A nonce is only reached by a request that
    /// acknowledges all that the lane was paid before, so that what exceeds its `ackedCost` was paid for its answer.
    function _paidFor(Tail calldata tail, TailHold storage hold) private view returns (uint256) {
        Lane memory lane = lanes[tail.client][tail.executor][tail.lane];
        if (lane.nonce != tail.nonce) return 0;
        return Math.saturatingSub(lane.cost, uint256(tail.ackedCost) + hold.refunded);
    }

    /// @dev Takes up to `wanted` out of the tails; what matures first goes first. `settled` goes down with it, which it can:
    /// only what has matured of it was ever withdrawn.
    function _takeUnmatured(Earnings storage account, uint256 wanted) private returns (uint256 taken) {
        uint48 epoch = Maturity.epochAt(block.timestamp);
        (uint104 currentTail, uint104 previousTail) = Maturity.roll(account, epoch);
        uint256 fromPrevious = Math.min(previousTail, wanted);
        uint256 fromCurrent = Math.min(currentTail, wanted - fromPrevious);
        taken = fromPrevious + fromCurrent;
        if (taken == 0) return 0;
        _setSettled(account, account.settled - uint128(taken)); // These are not above the tails.
        _setTails(account, currentTail - uint104(fromCurrent), previousTail - uint104(fromPrevious), epoch);
    }

    /// @dev The one place that writes it. The compiler inlines it; with one more place it would not, and every settlement
    /// would pay for that (likewise below).
    function _setSettled(Earnings storage account, uint128 settled) internal {
        account.settled = settled;
    }

    function _setTails(Earnings storage account, uint104 currentTail, uint104 previousTail, uint48 epoch) internal {
        account.currentTail = currentTail;
        account.previousTail = previousTail;
        account.epoch = epoch;
    }

    function _refund(Tail calldata tail, uint256 amount) private {
        _holdOf(tail).refunded += uint96(amount); // All of it stays within the lane's cost.
        uint256 balance = balanceOf[tail.client] + amount;
        balanceOf[tail.client] = balance;
        emit TailRefunded(tail.client, tail.executor, tail.lane, tail.nonce, msg.sender, amount, balance);
    }

    function _endHold(Tail calldata tail) private returns (uint256 amount) {
        TailHold storage hold = _holdOf(tail);
        require(hold.judge == msg.sender, AccountingTailNotHeld(hold.judge, msg.sender));
        amount = hold.amount;
        (hold.judge, hold.amount) = (address(0), 0);
    }
}
