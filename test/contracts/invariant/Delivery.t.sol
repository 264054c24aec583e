// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TestBase} from "../support/Vm.sol";
import {Disputer} from "./Disputer.sol";

/// The invariants of delivery disputes, after any sequence of moves.
contract DeliveryInvariantTest is TestBase {
    Disputer private _disputer;

    function setUp() public {
        _disputer = new Disputer();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_disputer);
    }

    /// Every wei is the bond of an open dispute, or somebody's to withdraw; of the payment token nothing stays.
    function invariant_EveryBondIsAccountedFor() public view {
        assertEq(_disputer.ether_(), _disputer.owedEther(), "ether");
        assertEq(_disputer.tokensHere(), 0, "tokens");
    }

    /// I19: moves work exactly when they may, and only along the edges.
    function invariant_NothingForbiddenHappened() public view {
        assertEq(bytes(_disputer.broken()).length, 0, _disputer.broken());
    }

    /// I21: a dispute that is over holds no bond, no tail and no stake.
    function invariant_WhatIsOverHoldsNothing() public view {
        assertTrue(!_disputer.holdsAfterTheEnd(), "held after the end");
        assertEq(_disputer.frozenForNothing(0), 0, "first executor's stake");
        assertEq(_disputer.frozenForNothing(1), 0, "second executor's stake");
    }

    /// I1, I14: escrow and stake are whole, whatever disputes did with them.
    function invariant_EscrowAndStakeAreWhole() public view {
        assertEq(_disputer.escrow(), _disputer.owedByEscrow(), "escrow");
        assertEq(_disputer.staked(), _disputer.owedByRegistry(), "stake");
    }
}
