// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMeasuredDisputes} from "../../../../contracts/disputes/measured/IMeasuredDisputes.sol";
import {Court} from "../../support/Court.sol";
import {vm} from "../../support/Vm.sol";

// Any history of one dispute, from its opening to its end, against a second telling of the rules.
// Each ends as the rules say, holds nothing then, and its payouts add up.
contract MeasuredHistoriesTest is Court {
    uint256 private constant VALIDATORS = 30;
    uint256 private constant COST = 10e6;

    uint256 private _random;
    /// What the rules say so far.
    IMeasuredDisputes.Outcome private _expected;
    uint256 private _deposited;

    function setUp() public {
        deployCourt();
        populate(VALIDATORS);
    }

    /// I18: of every history the payouts add up to what was deposited and slashed, and at most 60 % of a slash is shared.
    /// I21: a dispute that is over holds no deposit, no cost and no stake.
    function testFuzz_EveryHistoryEndsAsTheRulesSay(uint256 seed) public {
        _random = seed;
        bytes32 id = openOne();
        _expected = IMeasuredDisputes.Outcome.Void;
        _deposited = BOND;
        for (uint256 turn = 0; turn < 24; ++turn) {
            IMeasuredDisputes.State state = measured.disputeAt(id).state;
            if (state == IMeasuredDisputes.State.Answer) opening(id);
            if (state == IMeasuredDisputes.State.Draw) drawing(id);
            if (state == IMeasuredDisputes.State.Voting) voting(id);
            if (state == IMeasuredDisputes.State.Appealable) appealing(id);
            if (state == IMeasuredDisputes.State.Arbitration) arbitrating(id);
        }
        assertClosed(id, _expected);
        assertPaid();
    }

    /* STATES */

    function opening(bytes32 id) private {
        uint256 choice = next(8);
        if (choice == 0) {
            _expected = IMeasuredDisputes.Outcome.Conceded;
            vm.prank(executor);
            measured.concede(id);
        } else if (choice < 3) {
            pass(12 hours + 1 + next(100 days));
            measured.poke(id);
        } else {
            pass(next(12 hours + 1));
            answerTo(id);
        }
    }

    function drawing(bytes32 id) private {
        if (next(6) == 0) {
            mine(400);
            jury.draw(id, "");
        }
        seat(id);
    }

    function voting(bytes32 id) private {
        uint256 size = newestPanel(id).length;
        uint256 kind = next(4);
        (uint256 mismatches, uint256 matches, uint256 insufficient) = (size, 0, 0);
        if (kind == 1) (mismatches, matches) = (0, size);
        if (kind > 1) {
            mismatches = next(size + 1);
            matches = next(size + 1 - mismatches);
            insufficient = next(size + 1 - mismatches - matches);
        }
        vote(id, mismatches, matches, insufficient);
        bool decisive = measured.disputeAt(id).round == 2;
        if (mismatches * 2 > size) _expected = IMeasuredDisputes.Outcome.Upheld;
        else if (matches * 2 > size) _expected = IMeasuredDisputes.Outcome.Rejected;
        else if (decisive) _expected = IMeasuredDisputes.Outcome.Void;
        if (next(3) == 0) pass(next(100 days));
        measured.poke(id);
    }

    function appealing(bytes32 id) private {
        if (next(3) == 0) return finish(id);
        _deposited += measured.disputeAt(id).round == 1 ? 2 * BOND : ARBITRATION_COST;
        appealAs(next(2) == 0 ? executor : client, id);
    }

    function arbitrating(bytes32 id) private {
        uint256 ruling = next(4);
        if (ruling == 3) {
            pass(14 days + 1);
            return measured.poke(id);
        }
        if (ruling == 1) _expected = IMeasuredDisputes.Outcome.Upheld;
        if (ruling == 2) _expected = IMeasuredDisputes.Outcome.Rejected;
        vm.prank(ARBITER);
        arbitrator.giveRuling(1, ruling);
    }

    /* PARTS */

    function next(uint256 below) private returns (uint256 number) {
        _random = uint256(keccak256(abi.encode(_random)));
        return _random % below;
    }

    /// I18: what came in went out, to the unit, and nobody who could have staged it got more than 60 % of a slash.
    function assertPaid() private view {
        uint256 credits = deposits.creditOf(client) + deposits.creditOf(executor) + deposits.creditOf(TREASURY);
        uint256 rewards = rewardsOf(client) + rewardsOf(executor) + rewardsOf(ARBITER);
        uint256 lost = EXECUTOR_STAKE - stakeOf(executor);
        credits += deposits.creditOf(ARBITER);
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            credits += deposits.creditOf(validatorAt(i));
            rewards += rewardsOf(validatorAt(i));
            lost += VALIDATOR_STAKE - stakeOf(validatorAt(i));
        }
        assertEq(credits, _deposited, "deposits");
        assertEq(token.balanceOf(address(deposits)), _deposited, "tokens");
        assertEq(rewards + rewardsOf(TREASURY), lost, "slashes");
        assertTrue(rewards * 10_000 <= lost * 6_000, "60 %");
        bool guilty = _expected == IMeasuredDisputes.Outcome.Upheld || _expected == IMeasuredDisputes.Outcome.Conceded;
        assertEq(accounting.balanceOf(client), guilty ? COST : 0, "cost to the client");
        assertEq(accounting.withdrawableEarnings(executor), guilty ? 0 : COST, "cost to the executor");
    }
}
