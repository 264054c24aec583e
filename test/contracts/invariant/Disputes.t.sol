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

    /// I19: a dispute moves only along the edges of its states, and what is closed stays closed.
    /// I20: after every deadline anybody can move it on, and nobody before; with nobody but them it ends.
    /// I26: whatever happens to stake, strikes and candidates, an open dispute keeps parties, sums and deadlines.
    function invariant_NothingForbiddenHappenedInDisputes() public view {
        assertEq(bytes(_litigants.broken()).length, 0, _litigants.broken());
    }

    /// I18: whatever a slash or a lost deposit gives is divided to the last unit, and nothing stays behind.
    /// I21: every token there is the deposit of an open dispute or somebody's credit.
    function invariant_EveryTokenOfDisputesIsAccountedFor() public view {
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

/// The same moves from one seed after another, until all of it has happened.
contract DisputesInvariantHistoryTest is TestBase {
    uint256 private constant MOST_MOVES = 1_500;

    /// Conceded, Upheld, Rejected and Void: the run reaches every end, and nothing is broken on the way there.
    /// hardhat-config: fuzz.runs = 64
    function testFuzz_HistoriesReachEverything(uint256 seed) public {
        Litigants litigants = new Litigants();
        for (uint256 i = 0; i < MOST_MOVES && !isDone(litigants); ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            act(litigants, random % 16, random >> 8, random >> 16, random >> 24);
            assertEq(bytes(litigants.broken()).length, 0, litigants.broken());
        }
        string[4] memory ends = ["upheld", "rejected", "conceded", "void"];
        for (uint256 i = 0; i < ends.length; ++i) assertTrue(litigants.closed(i) != 0, ends[i]);
    }

    function act(Litigants litigants, uint256 move, uint256 which, uint256 one, uint256 other) private {
        if (move == 0) {
            litigants.open(one, other % 4 == 0);
            // Conceding has its time: most disputes go on at once.
            if (other % 5 != 0 && litigants.disputeIds().length != 0)
                litigants.drive(litigants.disputeIds().length - 1, one);
        } else if (move == 1) litigants.appeal(which);
        else if (move == 2) litigants.vote(which, one, other);
        else if (move == 3) litigants.rule(which, one);
        else if (move == 4) litigants.changeCandidates(which);
        else if (move == 5) litigants.slashElsewhere(one, other);
        else if (move == 6) withdraw(litigants, which, one);
        else if (move == 7) litigants.poke(which);
        else litigants.drive(which, one);
    }

    function withdraw(Litigants litigants, uint256 which, uint256 one) private {
        if (one % 4 == 0) litigants.addCredit(which, one);
        litigants.withdraw(which);
    }

    function isDone(Litigants litigants) private view returns (bool) {
        for (uint256 outcome = 0; outcome < 4; ++outcome) if (litigants.closed(outcome) == 0) return false;
        return true;
    }
}
