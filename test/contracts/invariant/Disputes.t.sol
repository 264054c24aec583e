// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {TestBase} from "../support/Vm.sol";
import {Litigants} from "./Litigants.sol";

/// The invariants of measured disputes, after any sequence of moves.
contract DisputesInvariantTest is TestBase {
    Litigants private _litigants;

    function setUp() public {
        _litigants = new Litigants();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_litigants);
    }

    /// I19, I20 after each move: along the edges, and never stuck.
    function invariant_NothingForbiddenHappened() public view {
        assertEq(bytes(_litigants.broken()).length, 0, _litigants.broken());
    }

    /// I18, I21: every token is the deposit of an open dispute or somebody's credit.
    function invariant_EveryTokenIsAccountedFor() public view {
        assertEq(_litigants.held(), _litigants.owed(), "held and owed");
        assertEq(_litigants.undivided(), 0, "shares that stayed behind");
    }

    /// I21: what is closed freezes nothing; what is open freezes all that it may take.
    function invariant_OnlyOpenDisputesFreeze() public view {
        (uint256 frozen, uint256 atStake) = _litigants.frozenAndAtStake();
        assertEq(frozen, atStake, "executor");
        (uint256 ofJurors, uint256 seated) = _litigants.frozenAndSeated();
        assertEq(ofJurors, seated, "jurors");
        assertEq(_litigants.heldByClosed(), 0, "costs");
    }

    /// The list of candidates can move again once all draws are made.
    function invariant_PendingDrawsAreThoseOfDisputes() public view {
        (uint256 pending, uint256 drawing) = _litigants.draws();
        assertEq(pending, drawing, "draws");
    }
}
