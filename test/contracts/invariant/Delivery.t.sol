// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDeliveryDisputes} from "../../../contracts/disputes/delivery/IDeliveryDisputes.sol";
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
    uint256 private constant MOST_MOVES = 1_000;

    /// hardhat-config: fuzz.runs = 32
    function testFuzz_HistoriesReachEverything(uint256 seed) public {
        Disputer disputer = new Disputer();
        for (uint256 i = 0; i < MOST_MOVES && !isDone(disputer); ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            // Mostly about the newest answers, else most disputes end by their deadline.
            uint256 which = i % 8 == 0 ? random >> 8 : disputer.newest((random >> 8) % 2);
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
    function countOf(Disputer disputer, uint256 ending) private view returns (uint256) {
        return disputer.counts(IDeliveryDisputes.State(uint256(IDeliveryDisputes.State.Delivered) + ending));
    }

    function act(Disputer disputer, uint256 move, uint256 which, uint256 one, uint256 other) private {
        if (move < 6) disputer.settle(which, one, other % 5e6, other % 8 == 0 ? one : one % 64);
        else if (move < 14) disputer.open(which, one);
        else if (move < 24) end(disputer, which, one % 5, other % 4 == 0);
        else if (move == 24) disputer.revealChunk(which, one);
        else if (move == 25) disputer.poke(which);
        else if (move == 26) disputer.pass(one);
        else if (move < 29) disputer.recover(which);
        else if (move == 29) disputer.withdrawEarnings(which);
        else if (move == 30) disputer.unbond(which, one);
        else disputer.withdrawBonds(which);
    }

    /// One of the five ends, or an attempt at it that must not work.
    function end(Disputer disputer, uint256 which, uint256 kind, bool wrong) private {
        if (kind == 0) disputer.reveal(which, wrong);
        else if (kind == 1) disputer.rebut(which);
        else if (kind == 2) disputer.concede(which, wrong);
        else if (kind == 3) disputer.cancel(which, wrong);
        else if (wrong) disputer.poke(which);
        else outlast(disputer, which);
    }

    function outlast(Disputer disputer, uint256 which) private {
        disputer.pass(10 hours - 1);
        disputer.pass(10 hours - 1);
        disputer.poke(which);
    }
}
