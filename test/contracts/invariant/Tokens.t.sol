// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MoodyToken} from "../support/HostileTokens.sol";
import {TestBase} from "../support/Vm.sol";
import {Moods} from "./Moods.sol";

/// What holds on a token that keeps a part, calls back, refuses accounts and answers `false`, after any sequence of moves.
contract TokensInvariantTest is TestBase {
    Moods private _moods;

    function setUp() public {
        _moods = new Moods();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_moods);
    }

    /// I1: whatever the token does, the books of escrow and stake registry never claim more than is held.
    /// I14: stake and shares of slashes are there to the unit.
    function invariant_BooksClaimWhatIsHeld() public view {
        uint256 booked = _moods.booked(Moods.Owner.Traders) + _moods.booked(Moods.Owner.Bystander);
        assertEq(_moods.escrow(), booked + _moods.booked(Moods.Owner.Token), "escrow");
        assertEq(_moods.stakes(), _moods.owedByRegistry(), "stake");
    }

    /// I2: what is somebody's changes by what that one brings and takes, whatever the token does to others meanwhile.
    function invariant_NobodyElseIsTouched() public view {
        assertEq(_moods.booked(Moods.Owner.Traders), _moods.brought(Moods.Owner.Traders), "client and executor");
        assertEq(_moods.booked(Moods.Owner.Bystander), _moods.brought(Moods.Owner.Bystander), "bystander");
    }

    /// I22: a move fails when the token refuses it and never else; once the token behaves, everybody gets everything out.
    function invariant_OnlyTheTokenStopsAMove() public view {
        assertEq(bytes(_moods.broken()).length, 0, _moods.broken());
    }
}

/// The same moves from one seed after another, until all of it has happened.
contract TokensInvariantHistoryTest is TestBase {
    uint256 private constant MOST_MOVES = 2_000;

    /// hardhat-config: fuzz.runs = 32
    function testFuzz_HistoriesReachEverything(uint256 seed) public {
        Moods moods = new Moods();
        for (uint256 i = 0; i < MOST_MOVES && !isDone(moods); ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            if (i % 20 == 0) moods.turn(i / 20);
            act(moods, random % 16, random >> 8, random >> 16, random >> 24);
            assertEq(bytes(moods.broken()).length, 0, moods.broken());
        }
        assertTrue(
            isDone(moods),
            "the token kept parts, called back, refused accounts, answered false, let moves through"
        );
        assertEq(moods.stopped(MoodyToken.Mood.Honest) + moods.done(MoodyToken.Mood.False), 0, "nothing else");
    }

    function isDone(Moods moods) private view returns (bool) {
        for (uint256 mood = 0; mood < 4; ++mood) if (moods.done(MoodyToken.Mood(mood)) == 0) return false;
        bool refused = moods.stopped(MoodyToken.Mood.Fee) > 0 && moods.stopped(MoodyToken.Mood.Listing) > 0;
        return refused && moods.stopped(MoodyToken.Mood.False) > 0 && moods.answered() > 2;
    }

    function act(Moods moods, uint256 move, uint256 who, uint256 one, uint256 other) private {
        if (move < 2) moods.list(who, other % 4 != 0);
        else if (move < 4) moods.arm(who, one);
        else if (move < 6) moods.deposit(who, one);
        else if (move < 8) moods.withdraw(who, other, one);
        else if (move == 8) moods.allocate(one);
        else if (move == 9) moods.settle(one);
        else if (move == 10) moods.withdrawEarnings(other);
        else if (move == 11) moods.stake(one);
        else if (move == 12) moods.unbond(who % 2 == 0, one);
        else if (move == 13) unstake(moods, other);
        else if (move == 14) slash(moods, who, one, other);
        else moods.everybodyLeaves();
    }

    function unstake(Moods moods, uint256 other) private {
        moods.pass(other);
        moods.withdrawStake(other);
    }

    function slash(Moods moods, uint256 who, uint256 one, uint256 other) private {
        moods.slash(who % 2 == 0, one);
        moods.withdrawRewards(other);
    }
}
