// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TestBase} from "../support/Vm.sol";
import {Trader} from "./Trader.sol";

/// The money invariants, after any sequence of moves.
contract MoneyInvariantTest is TestBase {
    Trader private _trader;

    function setUp() public {
        _trader = new Trader();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_trader);
    }

    /// I1, I2: every token in the escrow belongs to somebody, and only deposits and withdrawals change the sum.
    function invariant_EveryTokenIsAccountedFor() public view {
        assertEq(_trader.held(), _trader.owed(), "held and owed");
        assertEq(_trader.held(), _trader.deposited() - _trader.withdrawn(), "held and moved");
    }

    /// I3: no channel unlocks more than it holds.
    function invariant_UnlockingIsWithinTheChannel() public view {
        assertTrue(!_trader.unlockingTooMuch(), "unlocking above balance");
    }

    /// I4 after each move, and the view says what the transaction does.
    function invariant_NothingForbiddenHappened() public view {
        assertEq(bytes(_trader.broken()).length, 0, _trader.broken());
    }

    /// I6, I7: what lanes were paid is what executors were credited, less what disputes hold or gave back.
    function invariant_LanesAndEarningsAgree() public view {
        assertEq(_trader.settledTo(0) + _trader.clawedBack(0), _trader.paidTo(0), "first executor");
        assertEq(_trader.settledTo(1) + _trader.clawedBack(1), _trader.paidTo(1), "second executor");
    }

    /// I11: tails are part of what is not withdrawn, so that what is withdrawable is never negative.
    function invariant_TailsAreCovered() public view {
        for (uint256 i = 0; i < 2; ++i) {
            address worker = _trader.executorAt(i);
            assertTrue(_trader.unmatured(worker) <= _trader.unwithdrawn(worker), "tails above earnings");
        }
    }
}
