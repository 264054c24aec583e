// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TestBase} from "../support/Vm.sol";
import {Trader} from "./Trader.sol";

/// The money invariants, after any sequence of moves. Every lane has a nonce of its own; there are no bits to set.
contract MoneyInvariantTest is TestBase {
    Trader private _trader;

    function setUp() public {
        _trader = new Trader();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_trader);
    }

    /// I1: every token in the escrow is somebody's: free deposit, channel, earnings, or held for a dispute.
    /// I2: only deposits and withdrawals change the sum.
    function invariant_EveryTokenOfTheEscrowIsAccountedFor() public view {
        assertEq(_trader.held(), _trader.owed(), "held and owed");
        assertEq(_trader.held(), _trader.deposited() - _trader.withdrawn(), "held and moved");
    }

    /// I3: no channel unlocks more than it holds.
    function invariant_UnlockingIsWithinTheChannel() public view {
        assertTrue(!_trader.unlockingTooMuch(), "unlocking above balance");
    }

    /// I4: cost, counts and nonce of a lane never go down.
    /// I8: nothing is paid without the client's signature under a cap that the lane's cost stays within.
    /// I9: nothing is paid without the executor's signature.
    /// I13: what an executor can withdraw shrinks by its own withdrawals only, whatever judges do.
    /// I22: an honest pair is paid, evidence is taken, money is unlocked and withdrawn, whatever judges have done.
    /// I24: a batch does what its pairs do one after the other, without those that are refused.
    /// I29: an answer that failed costs nothing.
    function invariant_NothingForbiddenHappenedToMoney() public view {
        assertEq(bytes(_trader.broken()).length, 0, _trader.broken());
    }

    /// I5: what is used up stays used up: a lane's nonce never goes back, and no signed allocation works twice.
    function invariant_UsedNoncesStayUsed() public view {
        assertEq(bytes(_trader.broken()).length, 0, _trader.broken());
        assertTrue(!_trader.forgotNonce(), "a used nonce is free again");
    }

    /// I6: a lane's cost is the sum of all that was paid for it.
    /// I10: a channel changes by its client's allocations and unlocks, its executor's pairs and releases, and nothing else.
    /// I11: what is withdrawable is what was credited, less what was withdrawn and what has not matured.
    function invariant_TheLedgerAgreesToTheUnit() public view {
        string memory difference = _trader.difference();
        assertEq(bytes(difference).length, 0, difference);
    }

    /// I6: what lanes were paid is what left the channels.
    /// I7: an executor was credited what its lanes were paid, less what disputes hold or gave back.
    function invariant_LanesAndEarningsAgree() public view {
        assertEq(_trader.settledTo(0) + _trader.clawedBack(0), _trader.paidTo(0), "first executor");
        assertEq(_trader.settledTo(1) + _trader.clawedBack(1), _trader.paidTo(1), "second executor");
    }

    /// I11: tails are part of what is not withdrawn, so that what is withdrawable is never negative.
    /// I12: what nobody acknowledged is never withdrawable within a day of being paid, unless a judge gave it back.
    function invariant_TailsAreCoveredAndWait() public view {
        for (uint256 i = 0; i < 2; ++i) {
            address worker = _trader.executorAt(i);
            assertTrue(_trader.unmatured(worker) <= _trader.unwithdrawn(worker), "tails above earnings");
            assertTrue(!_trader.gotTooEarly(i), "too early");
        }
    }

    /// I25: an executor's count of requests is the sum of the nonces of its lanes.
    function invariant_RequestsAreTheLanesNonces() public view {
        for (uint256 i = 0; i < 2; ++i) {
            (uint256 counted, uint256 noted, uint256 nonces) = _trader.requestsOf(i);
            assertEq(counted, nonces, "counted and lanes");
            assertEq(counted, noted, "counted and noted");
        }
    }
}

/// The same moves from one seed after another, until all of it has happened.
contract MoneyInvariantHistoryTest is TestBase {
    uint256 private constant MOST_MOVES = 1_500;

    /// hardhat-config: fuzz.runs = 16
    function testFuzz_HistoriesReachEverything(uint256 seed) public {
        Trader trader = new Trader();
        for (uint256 i = 0; i < MOST_MOVES && !isDone(trader); ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            act(trader, random % 22, random >> 8, random >> 16, random >> 24, random >> 32);
            assertEq(bytes(trader.broken()).length, 0, trader.broken());
            string memory difference = trader.difference();
            assertEq(bytes(difference).length, 0, difference);
        }
        assertTrue(isDone(trader), "pairs were settled and refused, tails held and refunded, money withdrawn");
    }

    function isDone(Trader trader) private view returns (bool) {
        (uint256 settled, uint256 refused, uint256 held, uint256 taken) = trader.happened();
        return settled > 20 && refused > 20 && held > 2 && taken > 0 && trader.withdrawn() > 0;
    }

    function act(Trader trader, uint256 move, uint256 who, uint256 whom, uint256 one, uint256 other) private {
        if (move < 3) trader.fund(who, whom, one);
        else if (move < 6) trader.settle(who, whom, one >> 8, one, other);
        else if (move == 6) trader.settleFailed(who, whom, one >> 8, one, other);
        else if (move == 7) trader.settleForged(who, whom, one, other, who % 3 == 0);
        else if (move == 8) trader.sendAgain(one);
        else if (move == 9) trader.settleBatch(one);
        else if (move < 12) trader.holdTail(who, whom, one >> 8, one % 1e6);
        else if (move == 12) trader.decide(one, other % 2 == 0);
        else if (move == 13 || move == 20) trader.clawBack(who, whom, one >> 8, one);
        else if (move == 14) trader.pass(one);
        else if (move == 15) trader.allocateSigned(who, whom, one, other);
        else if (move == 16) trader.requestUnlock(who, whom, one);
        else if (move == 17) trader.finalizeUnlock(who, whom);
        else if (move == 18) trader.withdrawEarnings(whom);
        else if (move == 19) trader.withdraw(who, one);
        else judge(trader, whom, one, other);
    }

    function judge(Trader trader, uint256 whom, uint256 one, uint256 other) private {
        trader.punish(whom, one, other);
        trader.prove(whom, other >> 4);
        trader.recover(whom);
    }
}
