// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TestBase} from "../support/Vm.sol";
import {MemberMoves} from "./MemberMoves.sol";

/// The stake invariants, after any sequence of moves.
contract StakeInvariantTest is TestBase {
    MemberMoves private _moves;

    function setUp() public {
        _moves = new MemberMoves();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_moves);
    }

    /// I14: every token here is somebody's stake, somebody's share of a slash, or waits to become one.
    function invariant_EveryTokenOfStakeIsAccountedFor() public view {
        assertEq(_moves.held(), _moves.stakes() + _moves.rewards() + _moves.withheld(), "held and owed");
        assertEq(_moves.held(), _moves.staked() - _moves.withdrawn(), "held and moved");
    }

    /// I14: what is frozen is what open disputes froze, whatever was slashed meanwhile.
    function invariant_FrozenIsWhatDisputesFroze() public view {
        assertEq(_moves.frozenOf(0), _moves.openFreezes(0), "first member");
        assertEq(_moves.frozenOf(1), _moves.openFreezes(1), "second member");
    }

    /// A member is active exactly while it holds the minimum out of jail.
    function invariant_ActivityFollowsStakeAndJail() public view {
        assertTrue(_moves.isActiveAsItShould(0), "first member");
        assertTrue(_moves.isActiveAsItShould(1), "second member");
    }

    /// I15: withdrawing never leaves less than what is frozen.
    /// I16: an id of a judge slashes once.
    /// I17: a slash takes what was asked for or all that is there, the smaller of both, and never fails for lack of it.
    /// I18: its parts add up to what it took, and the treasury keeps at least two fifths of the penalty.
    function invariant_NothingForbiddenHappenedToStake() public view {
        assertEq(bytes(_moves.broken()).length, 0, _moves.broken());
    }
}

/// The same moves from one seed after another, until all of it has happened.
contract StakeInvariantHistoryTest is TestBase {
    uint256 private constant MOST_MOVES = 3_000;

    /// hardhat-config: fuzz.runs = 32
    function testFuzz_HistoriesReachEverything(uint256 seed) public {
        MemberMoves moves = new MemberMoves();
        for (uint256 i = 0; i < MOST_MOVES && !isDone(moves); ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            act(moves, random % 22, random >> 8, random >> 16, random >> 24);
            assertEq(bytes(moves.broken()).length, 0, moves.broken());
        }
        assertTrue(moves.withdrawn() > 0 && moves.taken() > 0, "stake was withdrawn and slashed");
        assertTrue(moves.frozenWithdrawals() > 0, "a freeze kept stake from leaving");
        assertTrue(moves.repeatedSlashes() > 0, "an id was used again");
        assertTrue(moves.shortSlashes() > 0, "a slash asked for more than there was");
        assertTrue(moves.collected() > 0, "what waited was collected");
    }

    function isDone(MemberMoves moves) private view returns (bool) {
        bool slashed = moves.taken() > 0 && moves.repeatedSlashes() > 0 && moves.shortSlashes() > 0;
        return slashed && moves.collected() > 0 && moves.withdrawn() > 0 && moves.frozenWithdrawals() > 0;
    }

    function act(MemberMoves moves, uint256 move, uint256 who, uint256 one, uint256 other) private {
        if (move < 3) moves.stake(who, one);
        else if (move == 3) moves.unbond(who, one, other % 2 == 0);
        else if (move == 4) moves.cancelUnbond(who);
        else if (move < 8) moves.pass(one);
        else if (move < 10) moves.withdraw(who);
        else if (move == 10) moves.unjail(who);
        else if (move < 13) moves.freeze(who, one, other);
        else if (move < 16) moves.unfreeze(one);
        else if (move < 19) moves.slash(who, one, other, one >> 8, other >> 8);
        else if (move == 19) moves.jail(who, one);
        else if (move == 20) moves.collect(one);
        else moves.withdrawRewards(one);
    }
}
