// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMeasuredDisputes} from "../../../../contracts/disputes/measured/IMeasuredDisputes.sol";
import {IMeasuredPenalties} from "../../../../contracts/disputes/measured/IMeasuredPenalties.sol";
import {IAccountingV2} from "../../../../contracts/escrow/IAccountingV2.sol";
import {IStakeRegistry} from "../../../../contracts/stake/IStakeRegistry.sol";
import {Court} from "../../support/Court.sol";
import {vm} from "../../support/Vm.sol";

/*
MeasuredPenalties

constructor
├── deposits zero: PenaltyZeroAddress
├── fees that no penalty could pay: PenaltyFeeTooLarge
└── otherwise: a fifth of the smallest penalty pays sixteen fees, and it is a twentieth of the minimum at least
threaten
├── no court: PenaltyNotCourt
├── again: PenaltyExists
├── less at stake than the smallest penalty: PenaltyStakeTooSmall
└── otherwise: penalty and restitution are frozen
lift
├── not the court of the dispute: PenaltyNotCourt
└── otherwise: free
punish
├── not the court of the dispute: PenaltyNotCourt
└── otherwise: slash, strike, and jail for the third
    ├── conceding the wrong model: a quarter and half a strike
    └── conceding inflation: a quarter and a whole one
pay
├── not the court of the dispute: PenaltyNotCourt
└── otherwise: jurors, arbitrator, and the rest to the treasury (MeasuredVerdicts.t.sol)
penaltyFor
├── wrong model: 20, 50, 100 % by strikes
├── inflation: 5, 10, 20 % by strikes, and a hundred overcharges
└── never less than the smallest, or more than what is there; strikes are forgotten after 90 days
*/
contract MeasuredPenaltiesTest is Court {
    IMeasuredDisputes.Kind private constant MODEL = IMeasuredDisputes.Kind.WrongModel;
    IMeasuredDisputes.Kind private constant INFLATION = IMeasuredDisputes.Kind.TokenInflation;
    bytes32 private constant ID = keccak256("a dispute");

    function setUp() public {
        deployCourt();
        populate(30);
    }

    /* CONSTRUCTOR */

    function test_TheSmallestPenaltyPaysAllJurors() public {
        assertEq(penalties.deposits(), address(deposits), "deposits");
        assertEq(penalties.stakeRegistry(), address(registry), "registry");
        assertEq(penalties.minimumPenalty(), MINIMUM_PENALTY, "five times sixteen fees");
        assertEq(this.construct(1).minimumPenalty(), MINIMUM_EXECUTOR / 20, "a twentieth of the minimum");
        assertEq(this.construct(MINIMUM_EXECUTOR / 80).minimumPenalty(), MINIMUM_EXECUTOR, "all of it");
        vm.expectRevert(abi.encodeWithSelector(IMeasuredPenalties.PenaltyFeeTooLarge.selector, 1.25e6, 1.25e6 + 1));
        this.construct(MINIMUM_EXECUTOR / 80 + 1);
        vm.expectRevert(IMeasuredPenalties.PenaltyZeroAddress.selector);
        this.constructAt(address(0));
    }

    /* COURT */

    function test_OnlyCourtsThreatenAndOnlyTheirOwnDisputes() public {
        vm.expectRevert(notCourt(stranger));
        vm.prank(stranger);
        penalties.threaten(ID, MODEL, executor, 0, 0);
        vm.startPrank(JUDGE);
        assertEq(penalties.threaten(ID, MODEL, executor, 0, 7), PENALTY, "penalty");
        assertEq(frozenOf(executor), PENALTY + 7, "frozen");
        vm.expectRevert(abi.encodeWithSelector(IMeasuredPenalties.PenaltyExists.selector, ID));
        penalties.threaten(ID, MODEL, executor, 0, 0);
        vm.stopPrank();

        vm.startPrank(address(disputes));
        vm.expectRevert(notCourt(address(disputes)));
        penalties.lift(ID);
        vm.expectRevert(notCourt(address(disputes)));
        penalties.punish(ID, client, false, 0);
        vm.expectRevert(notCourt(address(disputes)));
        penalties.pay(ID, new address[](0), 0, address(0), 0);
        vm.stopPrank();

        vm.prank(JUDGE);
        penalties.lift(ID);
        assertEq(frozenOf(executor), 0, "free");
    }

    function test_WhatJurorsAreNotOwedGoesOn() public {
        vm.startPrank(JUDGE);
        penalties.threaten(ID, MODEL, executor, 0, 0);
        (IStakeRegistry.Payout memory payout, uint256 halves) = penalties.punish(ID, client, false, 1e6);
        assertEq(halves, 2, "a strike");
        assertEq(payout.jury, 1e6, "what is owed");
        address[] memory jurors = new address[](2);
        (jurors[0], jurors[1]) = (validatorAt(0), validatorAt(1));
        assertEq(penalties.pay(ID, jurors, 3e5, ARBITER, 1e5), 3e5, "rest");
        assertEq(rewardsOf(jurors[1]), 3e5, "juror");
        assertEq(rewardsOf(ARBITER), 1e5, "arbitrator");
        assertEq(rewardsOf(TREASURY), payout.treasury + 3e5, "treasury");
        assertEq(rewardsOf(address(penalties)), 0, "nothing stays");
        // And only once.
        assertEq(penalties.pay(ID, new address[](0), 0, address(0), 0), 0, "paid");
        vm.stopPrank();
    }

    /* PENALTIES */

    function test_EveryStrikeCostsMore() public {
        for (uint256 i = 0; i < 3; ++i) {
            uint256 stake = stakeOf(executor);
            uint256 share = [uint256(20), 50, 100][i];
            assertEq(penalties.penaltyFor(MODEL, executor, 0), (stake * share) / 100, "model");
            strikeOnce(MODEL, i);
            assertEq(stakeOf(executor), stake - (stake * share) / 100, "left");
            assertTrue(isJailed() == (i == 2), "the third brings jail");
        }
        vm.expectRevert(abi.encodeWithSelector(IMeasuredPenalties.PenaltyStakeTooSmall.selector, MINIMUM_PENALTY, 0));
        penalties.penaltyFor(MODEL, executor, 0);
    }

    function test_InflationCostsAShareAndAHundredOvercharges() public {
        give(executor, 800e6);
        vm.prank(executor);
        registry.stake(800e6);
        assertEq(penalties.penaltyFor(INFLATION, executor, 1), 50e6, "a twentieth");
        assertEq(penalties.penaltyFor(INFLATION, executor, 0.5e6), 50e6, "as much");
        assertEq(penalties.penaltyFor(INFLATION, executor, 0.5e6 + 1), 50e6 + 100, "a hundred times");
        assertEq(penalties.penaltyFor(INFLATION, executor, 900e6), 1_000e6, "at most all");
        strikeOnce(INFLATION, 0);
        assertEq(penalties.penaltyFor(INFLATION, executor, 1), 95e6, "a tenth");
        strikeOnce(INFLATION, 1);
        assertEq(penalties.penaltyFor(INFLATION, executor, 1), 171e6, "a fifth");
        assertEq(penalties.penaltyFor(MODEL, executor, 0), 171e6, "the first of its kind");
    }

    function test_NoPenaltyIsBelowTheSmallest() public {
        assertEq(penalties.penaltyFor(INFLATION, executor, 1), MINIMUM_PENALTY, "more than a twentieth of 200");
        IStakeRegistry.Slash memory order;
        (order.id, order.member, order.penalty) = (ID, executor, EXECUTOR_STAKE - MINIMUM_PENALTY);
        vm.prank(JUDGE);
        registry.slash(order);
        assertEq(penalties.penaltyFor(INFLATION, executor, 1), MINIMUM_PENALTY, "all that is left");
    }

    function test_TwoConcessionsOfAModelAreAStrikeAndAreForgotten() public {
        for (uint256 i = 0; i < 2; ++i) {
            assertEq(penalties.penaltyFor(MODEL, executor, 0), stakeOf(executor) / 5, "a fifth");
            concedeOnce(MODEL, i, 1);
        }
        assertEq(penalties.penaltyFor(MODEL, executor, 0), stakeOf(executor) / 2, "one strike");
        pass(90 days + 1);
        assertEq(penalties.penaltyFor(MODEL, executor, 0), stakeOf(executor) / 5, "forgotten");
    }

    /// Attack 76: whoever is caught inflating and concedes at once loses what it was to gain by thousands of answers, and after
    /// the third time serves nobody for a month.
    function test_Attack76_ConcededInflationIsProvenAndJails() public {
        uint256 before = stakeOf(executor);
        for (uint256 i = 0; i < 3; ++i) {
            assertTrue(!isJailed(), "not yet");
            concedeOnce(INFLATION, i, 2);
        }
        assertTrue(isJailed() && registry.capacityOf(executor) == 0, "jail");
        // 16, 19.6 and 38.2 of what is left, of which a quarter is lost each time.
        uint256 lost = before - stakeOf(executor);
        assertTrue(lost >= 18e6, "lost");
        // A thousand tokens too many at 1.00 per million are 0.001. At one proof in a hundred inflated answers three proofs are
        // 300 of them: 0.3.
        assertTrue(lost > 50 * 300 * 0.001e6, "fifty times what it gained");
    }

    /// A friend complains of inflation after an honest complaint and has it conceded before. What waits of that is kept for the
    /// honest one, so that it gets its share of a whole penalty, and the friend nothing of what the honest one is served.
    function test_WhatWaitsLowersNoPenalty() public {
        strikeOnce(MODEL, 0);
        strikeOnce(MODEL, 1);
        uint256 stake = stakeOf(executor);
        vm.startPrank(JUDGE);
        assertEq(penalties.threaten("honest", MODEL, executor, 0, 0), stake, "a third strike takes all");
        assertEq(penalties.threaten("friend", INFLATION, executor, stake, 0), stake, "a hundred overcharges, too");
        (IStakeRegistry.Payout memory friend, ) = penalties.punish("friend", stranger, true, 0);
        assertEq(friend.waiting, (stake + 3) / 4, "all of it waits");
        (IStakeRegistry.Payout memory honest, ) = penalties.punish("honest", client, false, 0);
        vm.stopPrank();
        assertEq(honest.reporter, (stake * 3) / 10, "of the whole penalty");
        registry.collect(address(penalties), "friend");
        assertEq(rewardsOf(stranger), 0, "nothing is left");
    }

    /* PARTS */

    function construct(uint256 fee) external returns (IMeasuredPenalties) {
        return constructAt(deploy("MeasuredDeposits.sol:MeasuredDeposits", abi.encode(registry, fee)));
    }

    function constructAt(address deposits_) public returns (IMeasuredPenalties) {
        return IMeasuredPenalties(deploy("MeasuredPenalties.sol:MeasuredPenalties", abi.encode(deposits_)));
    }

    function strikeOnce(IMeasuredDisputes.Kind kind, uint256 i) private {
        bytes32 id = keccak256(abi.encode(kind, i));
        vm.startPrank(JUDGE);
        penalties.threaten(id, kind, executor, 0, 0);
        penalties.punish(id, client, false, 0);
        vm.stopPrank();
    }

    /// A dispute about one base unit too many, conceded at once.
    function concedeOnce(IMeasuredDisputes.Kind kind, uint256 i, uint256 halves) private {
        IAccountingV2.SignedPair memory pair = answerOf(1, 0, 1);
        pair.request.lane = uint64(20 + i);
        sign(pair);
        settleOne(pair);
        bytes32 id = openAs(client, kind, only(pair));
        uint256 penalty = penaltyOf(id);
        uint256 stake = stakeOf(executor);
        vm.expectEmit(address(registry));
        IStakeRegistry.Offence offence =
            kind == MODEL ? IStakeRegistry.Offence.WrongModel : IStakeRegistry.Offence.TokenInflation;
        emit IStakeRegistry.Struck(executor, address(penalties), offence, halves, halves * (i + 1));
        vm.prank(executor);
        measured.concede(id);
        assertEq(stakeOf(executor), stake - (penalty + 3) / 4, "a quarter");
    }

    function isJailed() private view returns (bool) {
        (, , uint40 jailedUntil, , , , , ) = registry.members(executor);
        return jailedUntil != 0;
    }

    function notCourt(address caller) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IMeasuredPenalties.PenaltyNotCourt.selector, caller);
    }
}
