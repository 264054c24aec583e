// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMeasuredDeposits} from "../../../contracts/disputes/measured/IMeasuredDeposits.sol";
import {IMeasuredDisputes} from "../../../contracts/disputes/measured/IMeasuredDisputes.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {Court} from "./Court.sol";
import {vm} from "./Vm.sol";

/// One dispute about the model behind an answer of 10, and what its end has to pay: said beforehand, then held against the
/// events and the books.
abstract contract Verdicts is Court {
    struct Credit {
        address account;
        uint256 amount;
        uint256 total;
    }

    uint256 internal constant COST = 10e6;

    IMeasuredDisputes.Settlement internal expected;
    /// In the order in which they come.
    Credit[] private _credits;
    mapping(address account => uint256 total) private _credited;

    /* THE COURSE */

    /// The loser appeals, and the second jury votes so.
    function decideAgain(address loser, bytes32 id, uint256 mismatches, uint256 matches) internal {
        appealAs(loser, id);
        seat(id);
        vote(id, mismatches, matches, 0);
    }

    /// The executor lost twice and asks the arbitrator.
    function askArbitrator() internal returns (bytes32 id) {
        id = openOne();
        decide(id, 5, 0);
        decideAgain(executor, id, 11, 0);
        measured.poke(id);
        appealAs(executor, id);
    }

    /// Neither panel finds anything: two of each say either, the others do not reveal.
    function failTwice() internal returns (bytes32 id) {
        id = openOne();
        answerTo(id);
        for (uint256 panel = 0; panel < 2; ++panel) {
            seat(id);
            vote(id, 1, 1, 0);
            measured.poke(id);
        }
    }

    /// The four who revealed, in the order of their drawing.
    function revealedOf(bytes32 id) internal view returns (address[] memory jurors) {
        jurors = new address[](4);
        for (uint256 i = 0; i < 4; ++i) jurors[i] = jury.jurorsOf(id, 1 + i / 2)[i % 2];
    }

    function slashByAnotherCourt(uint256 amount) internal {
        IStakeRegistry.Slash memory order;
        (order.id, order.member, order.penalty) = (keccak256("other"), executor, amount);
        vm.prank(JUDGE);
        registry.slash(order);
    }

    /* WHAT THE END PAYS: in the order of the contract's credits */

    /// The whole penalty, out of which so many jurors are paid; the cost goes back to the client.
    function expectSlash(uint256 jurors) internal {
        expected.refunded = COST;
        expected.slashReporter = (PENALTY * 3) / 10;
        expected.slashJury = jurors * JUROR_FEE;
        expected.slashTreasury = PENALTY - expected.slashReporter - expected.slashJury;
    }

    /// A deposit goes back.
    function expectReturn(address account, uint256 amount) internal {
        expected.returned += amount;
        _expectCredit(account, amount);
    }

    /// Out of deposits.
    function expectFee(address account, uint256 amount) internal {
        expected.fees += amount;
        _expectCredit(account, amount);
    }

    function expectFees(address[] memory jurors, uint256 each) internal {
        for (uint256 i = 0; i < jurors.length; ++i) expectFee(jurors[i], each);
    }

    /// What is left of lost deposits.
    function expectRest(address winner, uint256 compensation, uint256 treasury) internal {
        (expected.compensation, expected.treasury) = (compensation, treasury);
        _expectCredit(winner, compensation);
        _expectCredit(TREASURY, treasury);
    }

    function _expectCredit(address account, uint256 amount) private {
        _credited[account] += amount;
        _credits.push(Credit(account, amount, _credited[account]));
    }

    /* THE END */

    /// The next call ends the dispute so, with all that is expected.
    function expectClosed(bytes32 id, IMeasuredDisputes.Outcome outcome) internal {
        for (uint256 i = 0; i < _credits.length; ++i) {
            vm.expectEmit(address(deposits));
            emit IMeasuredDeposits.Credited(id, _credits[i].account, _credits[i].amount, _credits[i].total);
        }
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.MeasuredMoved(id, IMeasuredDisputes.State.Closed, measured.disputeAt(id).round, 0);
        vm.expectEmit(address(measured));
        emit IMeasuredDisputes.MeasuredClosed(
            id,
            executor,
            client,
            IMeasuredDisputes.Kind.WrongModel,
            outcome,
            halvesOf(outcome),
            expected
        );
    }

    /// As expected: what the contract holds it owes to those who were credited, and shares of slashes went on.
    function assertEnded(bytes32 id, IMeasuredDisputes.Outcome outcome) internal view {
        assertClosed(id, outcome);
        uint256 owed = 0;
        for (uint256 i = 0; i < _credits.length; ++i) {
            owed += _credits[i].amount;
            assertEq(deposits.creditOf(_credits[i].account), _credited[_credits[i].account], "credit");
        }
        assertEq(token.balanceOf(address(deposits)), owed, "nobody else is credited");
        assertEq(rewardsOf(address(penalties)), 0, "shares passed on");
        assertEq(rewardsOf(address(jury)), 0, "fines passed on");
        assertEq(accounting.balanceOf(client), expected.refunded, "cost");
        assertStrikes(halvesOf(outcome));
    }

    /// Nobody appeals, or nobody can.
    function endAs(bytes32 id, IMeasuredDisputes.Outcome outcome) internal {
        pass(24 hours);
        pokeToEnd(id, outcome);
    }

    function pokeToEnd(bytes32 id, IMeasuredDisputes.Outcome outcome) internal {
        expectClosed(id, outcome);
        measured.poke(id);
        assertEnded(id, outcome);
    }

    function ruleToEnd(bytes32 id, uint256 ruling, IMeasuredDisputes.Outcome outcome) internal {
        expectClosed(id, outcome);
        vm.prank(ARBITER);
        arbitrator.giveRuling(1, ruling);
        assertEnded(id, outcome);
    }

    function halvesOf(IMeasuredDisputes.Outcome outcome) internal pure returns (uint256) {
        if (outcome == IMeasuredDisputes.Outcome.Upheld) return 2;
        return outcome == IMeasuredDisputes.Outcome.Conceded ? 1 : 0;
    }

    function assertStrikes(uint256 halves) internal view {
        uint256 count = registry.strikesOf(executor, IStakeRegistry.Offence.WrongModel, 90 days);
        assertEq(count, halves, "half strikes");
    }
}
