// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Tails} from "../libraries/Tails.sol";
import {Aside, Books, Funds} from "./Books.sol";
import {IAccountingV2} from "./IAccountingV2.sol";
import {Maturity} from "./Maturity.sol";

/// @title DisputedTails: all that a dispute can do to the escrow's books
/// @notice A judge moves money between what is unmatured of one client's payments to one executor and that client's free
/// deposit, up to what the lane was paid for its last answer, and gives it back once. It reaches no money that other clients
/// paid, no channel, no other deposit and nothing that has matured.
/// @dev Linked to AccountingV2, which says who is a judge. Nothing here calls anybody.
library DisputedTails {
    /// @dev See `IAccountingV2.holdTail`; likewise below.
    function hold(Books storage books, IAccountingV2.Tail calldata tail) external returns (uint256 paid, uint256 held) {
        IAccountingV2.TailHold storage tailHold = _holdOf(books, tail);
        require(tailHold.judge == address(0), IAccountingV2.AccountingTailHeld(tailHold.judge));
        paid = _paidFor(books, tail, tailHold);
        IAccountingV2.Lane storage lane = books.lanes[tail.client][tail.executor][tail.lane];
        require(paid != 0, IAccountingV2.AccountingNoTail(lane.nonce, lane.cost));
        held = _takeUnmatured(books, tail.client, tail.executor, paid);
        tailHold.judge = msg.sender;
        tailHold.amount = uint96(held); // Not above `paid`, which is not above a lane's cost.
        emit IAccountingV2.TailHeld(tail.client, tail.executor, tail.lane, tail.nonce, msg.sender, paid, held);
    }

    function release(
        Books storage books,
        IAccountingV2.Tail calldata tail,
        uint256 claimableUntil
    ) external returns (uint256 amount) {
        amount = _endHold(books, tail);
        _holdOf(books, tail).claimableUntil = uint40(claimableUntil); // Fits for 34 000 years.
        books.earnings[tail.executor].settled += uint128(amount); // An amount that was taken from there.
        emit IAccountingV2.TailReleased(tail.client, tail.executor, tail.lane, tail.nonce, msg.sender, amount);
    }

    function refund(Books storage books, IAccountingV2.Tail calldata tail) external returns (uint256 amount) {
        amount = _endHold(books, tail);
        _holdOf(books, tail).lost = true;
        if (amount != 0) _refund(books, tail, amount);
    }

    function clawBack(
        Books storage books,
        IAccountingV2.Tail calldata tail,
        bool forEver
    ) external returns (uint256 paid, uint256 refunded) {
        IAccountingV2.TailHold storage tailHold = _holdOf(books, tail);
        if (forEver) tailHold.closed = true;
        if (tailHold.judge != address(0)) return (0, 0);
        paid = _paidFor(books, tail, tailHold);
        if (paid != 0) refunded = _takeUnmatured(books, tail.client, tail.executor, paid);
        if (refunded != 0) _refund(books, tail, refunded);
    }

    function count(Books storage books, address client, address executor, bool executorLost) external {
        IAccountingV2.Stats storage stats = executorLost ? books.executorStats[executor] : books.clientStats[client];
        ++stats.disputesLost;
    }

    function _holdOf(
        Books storage books,
        IAccountingV2.Tail calldata tail
    ) private view returns (IAccountingV2.TailHold storage) {
        return books.tailHolds[Tails.keyOf(tail.client, tail.executor, tail.lane, tail.nonce)];
    }

    /// @dev What the lane was paid for the answer with the tail's nonce. A nonce is only reached by a request that
    /// acknowledges all that the lane was paid before, so that what exceeds its `ackedCost` was paid for its answer.
    function _paidFor(
        Books storage books,
        IAccountingV2.Tail calldata tail,
        IAccountingV2.TailHold storage tailHold
    ) private view returns (uint256) {
        IAccountingV2.Lane memory lane = books.lanes[tail.client][tail.executor][tail.lane];
        if (lane.nonce != tail.nonce || tailHold.lost) return 0;
        return Math.saturatingSub(lane.cost, uint256(tail.ackedCost) + tailHold.refunded);
    }

    /// @dev Takes up to `wanted` out of the unmatured tails of a channel; what matures first goes first. The executor's
    /// earnings go down with it, which they can: they hold the sum of its channels' tails, by the day, and only what has
    /// matured of them was ever withdrawn.
    function _takeUnmatured(
        Books storage books,
        address client,
        address executor,
        uint256 wanted
    ) private returns (uint256 taken) {
        uint48 epoch = Maturity.epochAt(block.timestamp);
        Funds storage funds = books.funds[client][executor];
        Aside storage aside = books.asides[client][executor];
        uint256 setAside = uint256(aside.previousEpoch) + 1 == funds.epoch ? aside.previousTail : 0;
        (uint256 currentTail, uint256 previousTail) = Maturity.roll(funds.currentTail, setAside, funds.epoch, epoch);
        uint256 fromPrevious = Math.min(previousTail, wanted);
        uint256 fromCurrent = Math.min(currentTail, wanted - fromPrevious);
        taken = fromPrevious + fromCurrent;
        if (taken == 0) return 0;
        // Each part is not above what it is taken from. Without a tail of today the newest is yesterday's.
        if (funds.epoch == epoch) {
            funds.currentTail -= uint96(fromCurrent);
            if (fromPrevious != 0) aside.previousTail -= uint96(fromPrevious);
        } else {
            funds.currentTail -= uint96(fromPrevious);
        }
        IAccountingV2.Earnings storage account = books.earnings[executor];
        (uint256 today, uint256 yesterday) = Maturity.roll(
            account.currentTail,
            account.previousTail,
            account.epoch,
            epoch
        );
        account.settled -= uint128(taken);
        (account.currentTail, account.previousTail) = (uint104(today - fromCurrent), uint104(yesterday - fromPrevious));
        account.epoch = epoch;
    }

    function _refund(Books storage books, IAccountingV2.Tail calldata tail, uint256 amount) private {
        _holdOf(books, tail).refunded += uint96(amount); // All of it stays within the lane's cost.
        uint256 balance = books.deposits[tail.client] + amount;
        books.deposits[tail.client] = balance;
        emit IAccountingV2.TailRefunded(tail.client, tail.executor, tail.lane, tail.nonce, msg.sender, amount, balance);
    }

    function _endHold(Books storage books, IAccountingV2.Tail calldata tail) private returns (uint256 amount) {
        IAccountingV2.TailHold storage tailHold = _holdOf(books, tail);
        require(tailHold.judge == msg.sender, IAccountingV2.AccountingTailNotHeld(tailHold.judge, msg.sender));
        amount = tailHold.amount;
        (tailHold.judge, tailHold.amount) = (address(0), 0);
    }
}
