// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAccountingV2} from "./IAccountingV2.sol";
import {IStakeRegistry} from "../stake/IStakeRegistry.sol";
import {Maturity} from "./Maturity.sol";
import {Tails} from "../libraries/Tails.sol";

/// @title DisputedTails: the books that a dispute can touch, and all that it can do to them
/// @dev A judge moves money between what is unmatured of one client's payments to one executor and that client's free
/// deposit, up to what the lane was paid for its last answer, and gives it back once. It reaches no money that other clients
/// paid, no channel, no other deposit and nothing that has matured. Nothing here calls anybody but the stake registry, by a
/// static call.
abstract contract DisputedTails is IAccountingV2 {
    /* TYPES */

    /// @dev What a settlement changes of a channel, in one slot.
    /// @param currentTail Tail money that was paid on the day `epoch`.
    /// @param epoch Newest day of a tail. Days fit for 45 000 years.
    struct Funds {
        uint96 balance;
        uint96 currentTail;
        uint24 epoch;
        uint40 unlockAt;
    }

    /// @dev What changes more rarely.
    /// @param previousTail Tail money of the day `previousEpoch`, set aside by the first tail of the day after it.
    struct Aside {
        uint96 unlocking;
        uint96 previousTail;
        uint24 previousEpoch;
    }

    /* CONSTANTS */

    /// @notice How long after a request's deadline its pair can be settled; after a dispute that the executor won, the rest
    /// of a shortfall can be for so long again.
    uint256 public constant SETTLE_WINDOW = 24 hours;

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

    mapping(address client => mapping(address executor => Funds)) internal _funds;
    mapping(address client => mapping(address executor => Aside)) internal _asides;

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
        held = _takeUnmatured(tail.client, tail.executor, paid);
        hold.judge = msg.sender;
        hold.amount = uint96(held); // Not above `paid`, which is not above a lane's cost.
        emit TailHeld(tail.client, tail.executor, tail.lane, tail.nonce, msg.sender, paid, held);
    }

    /// @inheritdoc IAccountingV2
    function releaseTail(Tail calldata tail) external onlyJudge returns (uint256 amount) {
        amount = _endHold(tail);
        _holdOf(tail).claimableUntil = uint40(block.timestamp + SETTLE_WINDOW); // Fits for 34 000 years.
        Earnings storage account = earnings[tail.executor];
        _setSettled(account, account.settled + uint128(amount)); // An amount that was taken from there.
        emit TailReleased(tail.client, tail.executor, tail.lane, tail.nonce, msg.sender, amount);
    }

    /// @inheritdoc IAccountingV2
    function refundTail(Tail calldata tail) external onlyJudge returns (uint256 amount) {
        amount = _endHold(tail);
        _holdOf(tail).lost = true;
        if (amount != 0) _refund(tail, amount);
    }

    /// @inheritdoc IAccountingV2
    function clawBackTail(Tail calldata tail) external onlyJudge returns (uint256 paid, uint256 refunded) {
        ++executorStats[tail.executor].disputesLost;
        TailHold storage hold = _holdOf(tail);
        if (hold.judge != address(0)) return (0, 0);
        paid = _paidFor(tail, hold);
        if (paid != 0) refunded = _takeUnmatured(tail.client, tail.executor, paid);
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
    ) external view returns (address judge, uint96 amount, uint96 refunded, bool lost, uint40 claimableUntil) {
        TailHold memory hold = _tailHold(client, executor, lane, nonce);
        return (hold.judge, hold.amount, hold.refunded, hold.lost, hold.claimableUntil);
    }

    /* INTERNAL */

    function _requireJudge() private view {
        IStakeRegistry.Power power = IStakeRegistry(stakeRegistry).powerOf(msg.sender);
        require(power == IStakeRegistry.Power.StakeAndTails, AccountingNotJudge(msg.sender));
    }

    function _holdOf(Tail calldata tail) private view returns (TailHold storage) {
        return _tailHolds[Tails.keyOf(tail.client, tail.executor, tail.lane, tail.nonce)];
    }

    /// @dev What disputes did with the tail of this nonce.
    function _tailHold(
        address client,
        address executor,
        uint64 lane,
        uint32 nonce
    ) internal view returns (TailHold memory) {
        return _tailHolds[Tails.keyOf(client, executor, lane, nonce)];
    }

    /// @dev What the lane was paid for the answer with the tail's nonce. A nonce is only reached by a request that
    /// acknowledges all that the lane was paid before, so that what exceeds its `ackedCost` was paid for its answer.
    function _paidFor(Tail calldata tail, TailHold storage hold) private view returns (uint256) {
        Lane memory lane = lanes[tail.client][tail.executor][tail.lane];
        if (lane.nonce != tail.nonce || hold.lost) return 0;
        return Math.saturatingSub(lane.cost, uint256(tail.ackedCost) + hold.refunded);
    }

    /// @dev Takes up to `wanted` out of the unmatured tails of a channel; what matures first goes first. The executor's
    /// earnings go down with it, which they can: they hold the sum of its channels' tails, by the day, and only what has
    /// matured of them was ever withdrawn.
    function _takeUnmatured(address client, address executor, uint256 wanted) private returns (uint256 taken) {
        uint48 epoch = Maturity.epochAt(block.timestamp);
        Funds storage funds = _funds[client][executor];
        Aside storage aside = _asides[client][executor];
        (uint96 currentTail, uint96 previousTail) = _tailsOf(funds, aside, epoch);
        uint96 fromPrevious = uint96(Math.min(previousTail, wanted));
        uint96 fromCurrent = uint96(Math.min(currentTail, wanted - fromPrevious));
        taken = uint256(fromPrevious) + fromCurrent;
        if (taken == 0) return 0;
        if (funds.epoch == epoch) {
            funds.currentTail = currentTail - fromCurrent;
            if (fromPrevious != 0) aside.previousTail = previousTail - fromPrevious;
        } else {
            funds.currentTail = previousTail - fromPrevious; // There was no tail today.
        }
        Earnings storage account = earnings[executor];
        (uint104 ofToday, uint104 ofYesterday) = Maturity.roll(account, epoch);
        _setSettled(account, account.settled - uint128(taken)); // Not above the tails, which are a part of it.
        _setTails(account, ofToday - fromCurrent, ofYesterday - fromPrevious, epoch);
    }

    /// @dev Tail money of a channel from today and from yesterday.
    function _tailsOf(
        Funds storage funds,
        Aside storage aside,
        uint48 epoch
    ) private view returns (uint96 currentTail, uint96 previousTail) {
        if (funds.epoch == epoch) {
            return (funds.currentTail, uint48(aside.previousEpoch) + 1 == epoch ? aside.previousTail : 0);
        }
        return (0, uint48(funds.epoch) + 1 == epoch ? funds.currentTail : 0);
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
