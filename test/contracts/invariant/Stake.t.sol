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

    /// I14: every token is somebody's stake or somebody's share of a slash.
    function invariant_EveryTokenIsAccountedFor() public view {
        assertEq(_moves.held(), _moves.stakes() + _moves.rewards(), "held and owed");
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

    /// I15 to I18, at each move.
    function invariant_NothingForbiddenHappened() public view {
        assertEq(bytes(_moves.broken()).length, 0, _moves.broken());
    }
}
