// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDeliveryDisputes} from "../../../contracts/interfaces/IDeliveryDisputes.sol";
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

    /// I1: every wei is the bond of an open dispute, or somebody's to withdraw; of the payment token nothing stays.
    function invariant_EveryBondIsAccountedFor() public view {
        assertEq(_disputer.ether_(), _disputer.owedEther(), "ether");
        assertEq(_disputer.tokensHere(), 0, "tokens");
    }

    /// I19: a dispute moves only along the edges of its states, and an end is the end.
    /// I20: after the deadline anybody can end it, and nobody before.
    /// I26: whatever happens to stake and earnings, an open dispute keeps parties, sums and deadline.
    function invariant_NothingForbiddenHappenedInDelivery() public view {
        assertEq(bytes(_disputer.broken()).length, 0, _disputer.broken());
    }

    /// I21: a dispute that is over holds no bond, no tail and no stake.
    function invariant_WhatIsOverHoldsNothing() public view {
        assertTrue(!_disputer.holdsAfterTheEnd(), "held after the end");
        assertEq(_disputer.frozenForNothing(0), 0, "first executor's stake");
        assertEq(_disputer.frozenForNothing(1), 0, "second executor's stake");
    }

    /// I1: the escrow is whole, whatever disputes did with it.
    /// I14: the stake is whole too.
    function invariant_EscrowAndStakeAreWhole() public view {
        assertEq(_disputer.escrow(), _disputer.owedByEscrow(), "escrow");
        assertEq(_disputer.staked(), _disputer.owedByRegistry(), "stake");
    }
}

/// The same moves from one seed after another, until all of it has happened.
contract DeliveryInvariantHistoryTest is TestBase {
    uint256 private constant MOST_MOVES = 3_000;

    /// hardhat-config: fuzz.runs = 32
    function testFuzz_HistoriesReachEverything(uint256 seed) public {
        Disputer disputer = new Disputer();
        for (uint256 i = 0; i < MOST_MOVES && !isDone(disputer); ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            // Mostly about the newest answers, else most disputes end by their deadline.
            uint256 which = i % 8 == 0 ? random >> 8 : disputer.newest((random >> 8) % 3);
            act(disputer, random % 32, which, random >> 16, random >> 24);
            assertEq(bytes(disputer.broken()).length, 0, disputer.broken());
        }
        string[5] memory ends = ["delivered", "rejected", "conceded", "cancelled", "defaulted"];
        for (uint256 i = 0; i < ends.length; ++i) assertTrue(countOf(disputer, i) != 0, ends[i]);
    }

    function isDone(Disputer disputer) private view returns (bool) {
        for (uint256 i = 0; i < 5; ++i) if (countOf(disputer, i) == 0) return false;
        return true;
    }

    /// Disputes with this end, counted from `Delivered`.
    function countOf(Disputer disputer, uint256 end) private view returns (uint256) {
        return disputer.counts(IDeliveryDisputes.State(uint256(IDeliveryDisputes.State.Delivered) + end));
    }

    function act(Disputer disputer, uint256 move, uint256 which, uint256 one, uint256 other) private {
        if (move < 5) disputer.settle(which, one, other % 5e6, one);
        else if (move < 12) disputer.open(which, one);
        else if (move < 14) disputer.reveal(which, one % 4 == 0);
        else if (move == 14) disputer.revealChunk(which, one);
        else if (move < 17) disputer.rebut(which);
        else if (move < 20) disputer.concede(which, one % 4 == 0);
        else if (move < 24) disputer.cancel(which, one % 4 == 0);
        else if (move < 26) disputer.poke(which);
        else if (move == 26) outlast(disputer, which, one);
        else if (move == 27) disputer.pass(one);
        else if (move == 28) disputer.recover(which);
        else if (move == 29) disputer.withdrawEarnings(which);
        else if (move == 30) disputer.unbond(which, one);
        else disputer.withdrawBonds(which);
    }

    function outlast(Disputer disputer, uint256 which, uint256 chance) private {
        if (chance % 2 != 0) return;
        disputer.pass(10 hours - 1);
        disputer.pass(10 hours - 1);
        disputer.poke(which);
    }
}
