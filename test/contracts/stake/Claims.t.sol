// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IStakeRegistry} from "../../../contracts/stake/IStakeRegistry.sol";
import {MarketTest} from "../support/Market.sol";
import {vm} from "../support/Vm.sol";

/*
StakeRegistry

collect, waiting, withheldOf
├── nothing waits under the id: StakeNothingWaiting
├── the reporter is the judge, and somebody else calls: StakeNotJudge
├── an earlier claim is open: StakeClaimsAhead
└── otherwise: Collected
    ├── earlier claims needed none of it: as if it had been paid at once
    ├── they needed a part: the same shares of the rest
    └── they needed all: nothing
*/
contract ClaimsTest is MarketTest {
    uint256 private constant STAKE = 200e6;

    function setUp() public override {
        super.setUp();
        enrol(STAKE);
    }

    /* IN THEIR ORDER */

    /// An honest dispute asks for 40, a friend's for everything. A third slash takes 100 of 200 and its reporter gets 30 % of what
    /// nobody asked for before it; the honest one's 40 are paid all the same, and the friend has what is left.
    function test_Attack80_WhoCameFirstIsServedBeforeWhoCameLater() public {
        freeze("honest", 40e6);
        freeze("friend", STAKE);
        slash("third", 100e6, stranger);
        assertEq(rewardsOf(stranger), 0, "behind 240 of 200");
        slash("honest", 40e6, client);
        assertEq(rewardsOf(client), 12e6, "30 percent of 40");
        slash("friend", STAKE, executor);
        assertEq(rewardsOf(executor), 48e6, "30 percent of 160: of 60 in stake, and of 100 that waited");
        registry.collect(JUDGE, "third");
        assertEq(rewardsOf(stranger), 0, "nothing is left of it");
        assertEq(rewardsOf(TREASURY), 140e6, "the rest");
        assertEq(registry.withheldOf(executor), 0, "nothing waits");
    }

    /// A cheat proves faults of its own until nothing is left before the honest verdict.
    function test_Attack80_NoSelfSlashLeavesAnHonestClaimWithoutItsShare() public {
        freeze("honest", 40e6);
        slash("own fault", 100e6, executor);
        slash("another", 100e6, executor);
        assertEq(registry.slashableStake(executor), 0, "all is taken");
        assertEq(rewardsOf(executor), 48e6, "of what the honest claim leaves");
        slash("honest", 40e6, client);
        assertEq(rewardsOf(client), 12e6, "in full");
        registry.collect(JUDGE, "another");
        assertEq(rewardsOf(executor), 48e6, "nothing more");
        assertEq(rewardsOf(TREASURY), 140e6, "which the treasury has");
    }

    /// Friends freeze everything first, draw their disputes out, and lose none of them.
    function test_Attack81_AShieldOfFriendsOnlyDelays() public {
        for (uint256 i = 0; i < 5; ++i) freeze(bytes32(i + 1), STAKE);
        freeze("honest", 40e6);
        IStakeRegistry.Payout memory payout = slash("honest", 40e6, client);
        assertEq(registry.slashableStake(executor), 160e6, "taken at once");
        assertEq(payout.waiting, 40e6, "and waits");
        (address member, uint96 amount, address reporter, uint96 toReporter, , ) = registry.waiting(JUDGE, "honest");
        assertEq(member, executor, "member");
        assertEq(reporter, client, "reporter");
        assertEq(amount, 40e6, "amount");
        assertEq(toReporter, 12e6, "its share");
        assertEq(registry.withheldOf(executor), 40e6, "withheld");
        for (uint256 i = 0; i < 5; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeClaimsAhead.selector, (5 - i) * STAKE));
            registry.collect(JUDGE, "honest");
            unfreeze(bytes32(i + 1));
        }
        vm.expectEmit(address(registry));
        emit IStakeRegistry.Collected(executor, JUDGE, "honest", client, address(0), 12e6, 0, 28e6, 0);
        vm.prank(stranger);
        registry.collect(JUDGE, "honest");
        assertEq(rewardsOf(client), 12e6, "in full");
        assertEq(rewardsOf(TREASURY), 28e6, "the rest");
        assertEq(registry.withheldOf(executor), 0, "nothing waits");
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeNothingWaiting.selector, JUDGE, bytes32("honest")));
        registry.collect(JUDGE, "honest");
    }

    function test_WhatEarlierClaimsNeededIsGone() public {
        freeze("first", STAKE);
        slash("second", STAKE, client);
        slash("first", 150e6, stranger);
        assertEq(rewardsOf(stranger), 45e6, "out of what waited");
        vm.expectEmit(address(registry));
        emit IStakeRegistry.Collected(executor, JUDGE, "second", client, address(0), 15e6, 0, 35e6, 150e6);
        (uint256 toReporter, uint256 toVictim) = registry.collect(JUDGE, "second");
        assertEq(toReporter, 15e6, "30 percent of the rest");
        assertEq(toVictim, 0, "nobody");
    }

    function test_WhoCollectsFirstTakesNothingFromThoseBehind() public {
        freeze("first", STAKE);
        slash("second", 50e6, client);
        slash("third", 50e6, stranger);
        unfreeze("first");
        registry.collect(JUDGE, "second");
        registry.collect(JUDGE, "third");
        assertEq(rewardsOf(client), 15e6, "30 percent of 50");
        assertEq(rewardsOf(stranger), 15e6, "as much");
    }

    /// An honest dispute asks for everything. Ten others are opened after it and decided before it, the last one first, each for
    /// all that is there with a fifth of it for jurors. All jurors and reporters are friends: they would have drained the stake.
    function test_Attack87_JurorsOutOfTurnTakeAThirdAtMost() public {
        freeze("honest", STAKE);
        for (uint256 i = 0; i < 10; ++i) freeze(bytes32(i + 1), STAKE);
        for (uint256 i = 10; i > 0; --i) judge(bytes32(i), STAKE, stranger);
        assertEq(registry.withheldOf(executor), STAKE - STAKE / 3, "two thirds are left");
        assertEq(rewardsOf(JURY), ((STAKE / 3) * 6) / 10, "jurors have 60 percent of the third");
        assertEq(rewardsOf(TREASURY), STAKE / 3 - ((STAKE / 3) * 6) / 10, "the treasury the rest of it");
        slash("honest", STAKE, client);
        assertEq(rewardsOf(client), ((STAKE - STAKE / 3) * 3) / 10, "30 percent of the two thirds");
        for (uint256 i = 0; i < 10; ++i) collectIfAny(bytes32(i + 1));
        assertEq(rewardsOf(stranger), 0, "nothing is left for those behind");
    }

    /// One jury out of turn is paid in full, whatever share its fees come to, and with it the treasury.
    function test_OneJuryOutOfTurnIsPaidInFull() public {
        freeze("honest", STAKE);
        IStakeRegistry.Payout memory payout = judge("second", 30e6, stranger);
        assertEq(payout.jury, 6e6, "a fifth");
        assertEq(payout.treasury, 4e6, "40 percent of what went out of turn");
        assertEq(payout.waiting, 20e6, "the rest waits");
        (, , , uint96 toReporter, , ) = registry.waiting(JUDGE, "second");
        assertEq(toReporter, 9e6, "30 percent of all of it");
    }

    /// Jurors ask for one of the last unit, and with the treasury's part of it two would go out of turn.
    function test_NoMoreGoesOutOfTurnThanIsTaken() public {
        freeze("first", STAKE - 1);
        IStakeRegistry.Slash memory sent;
        (sent.id, sent.member, sent.penalty, sent.jury, sent.juryShare) = ("second", executor, 2, JURY, 6_000);
        vm.prank(JUDGE);
        IStakeRegistry.Payout memory payout = registry.slash(sent);
        assertEq(payout.treasury, 2, "both");
        assertEq(payout.jury + payout.waiting, 0, "rounded down");
    }

    /// The fourth unit makes both shares one, and waits alone.
    function test_RoundingPromisesNoMoreThanWaits() public {
        freeze("first", STAKE - 3);
        compensate("second", 4, 3_000);
        unfreeze("first");
        (uint256 toReporter, uint256 toVictim) = registry.collect(JUDGE, "second");
        assertEq(toReporter, 1, "reporter");
        assertEq(toVictim, 0, "victim");
    }

    function test_JuriesOutOfTurnArePaidInFullUntilTheThirdIsGone() public {
        freeze("honest", STAKE);
        for (uint256 i = 0; i < 6; ++i) assertEq(judge(bytes32(i + 1), 30e6, stranger).jury, 6e6, "10 of 66 each");
        assertEq(judge("seventh", 20e6, stranger).jury, 4e6 - 1, "what is left, rounded down");
    }

    function test_WhatIsServedInTurnUsesUpNoThird() public {
        freeze("first", 100e6);
        assertEq(judge("second", 150e6, stranger).jury, 30e6, "20 in turn, 10 out of it");
        assertEq(judge("third", 20e6, stranger).jury, 4e6, "of the third that is left");
    }

    function test_AVictimCollectsItsShare() public {
        freeze("first", STAKE);
        compensate("second", 50e6, 2_000);
        unfreeze("first");
        vm.expectEmit(address(registry));
        emit IStakeRegistry.Collected(executor, JUDGE, "second", client, stranger, 15e6, 10e6, 25e6, 0);
        registry.collect(JUDGE, "second");
        assertEq(rewardsOf(stranger), 10e6, "a fifth");
    }

    /// What went out of turn before is forgotten when nobody is left who was there then.
    function test_TheThirdIsOfThoseWhoWait() public {
        freeze("first", STAKE);
        judge("second", 150e6, stranger);
        unfreeze("first");
        collectIfAny("second");
        freeze("third", 50e6);
        IStakeRegistry.Payout memory payout = judge("fourth", 50e6, stranger);
        assertEq(payout.jury, 10e6 - 1, "in full again, but for the rounding of a third of 50");
    }

    /// Such a judge passes shares on, and would not know of one that somebody else collected.
    function test_AJudgeCollectsItsOwnShares() public {
        freeze("first", STAKE);
        slash("second", 10e6, JUDGE);
        unfreeze("first");
        vm.expectRevert(abi.encodeWithSelector(IStakeRegistry.StakeNotJudge.selector, stranger));
        vm.prank(stranger);
        registry.collect(JUDGE, "second");
        vm.prank(JUDGE);
        registry.collect(JUDGE, "second");
        assertEq(rewardsOf(JUDGE), 3e6, "collected");
    }

    /* SEARCH */

    uint256 private constant MOST_CLAIMS = 12;

    /// @param ended Whether its freeze, if any, is over.
    struct Claim {
        bytes32 id;
        address reporter;
        uint256 asked;
        uint256 wanted;
        bool ended;
    }

    /// By place. A slash without a freeze takes its place when it comes.
    Claim[] private _claims;
    /// Whether a third of what friends get is the jurors'.
    bool private _withJurors;

    /// Any number of disputes that ask for anything, end in any order, by a slash or without one, with faults without a freeze
    /// between them. In the end everybody has what a plain list in the order of the freezes says, however it came about: no
    /// claim depends on anything that came after it. And whoever is not the treasury has 60 % of what was taken, at most: with
    /// friends in every other place slashing oneself loses.
    function testFuzz_Attack82_ClaimsAreServedInTheOrderInWhichTheyWereFrozen(uint256 seed) public {
        uint256 moves = 4 + (seed % 40);
        for (uint256 i = 0; i < moves; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            if (random % 5 < 2) addFreeze(random >> 8);
            else if (random % 5 == 2) addFault(random >> 8);
            else endOne(random >> 8);
        }
        for (uint256 i = 0; i < _claims.length; ++i) end(uint256(keccak256(abi.encode(seed, "end", i))));
        for (uint256 i = 0; i < _claims.length; ++i) collectAll();
        uint256 left = STAKE;
        uint256 paid = 0;
        for (uint256 i = 0; i < _claims.length; ++i) {
            uint256 served = Math.min(_claims[i].wanted, left);
            left -= served;
            uint256 share = rewardsOf(_claims[i].reporter);
            assertTrue(share <= (served * 6) / 10 && share + 6 >= (served * 6) / 10, "the share of what it is served");
            paid += share;
        }
        assertEq(paid + rewardsOf(TREASURY), STAKE - left, "all that was taken is somebody's");
        assertEq(registry.slashableStake(executor), left, "and nothing else was");
        assertEq(registry.withheldOf(executor), 0, "nothing waits");
    }

    /// The same with jurors, and all of them, all reporters and all victims friends. In no history do they get more than 60 % of
    /// what is taken, and whoever was first of all gets two thirds of its share at least.
    function testFuzz_Attack87_NoOrderOfEndsGivesFriendsMoreThanSixtyPercent(uint256 seed) public {
        _withJurors = true;
        addFreeze(uint256(keccak256(abi.encode(seed, "first"))));
        uint256 moves = 4 + (seed % 40);
        for (uint256 i = 0; i < moves; ++i) {
            uint256 random = uint256(keccak256(abi.encode(seed, i)));
            if (random % 5 < 2) addFreeze(random >> 8);
            else if (random % 5 == 2) addFault(random >> 8);
            else endOne(random >> 8);
        }
        for (uint256 i = 0; i < _claims.length; ++i) end(uint256(keccak256(abi.encode(seed, "end", i))));
        for (uint256 i = 0; i < _claims.length; ++i) collectAll();
        uint256 taken = STAKE - registry.slashableStake(executor);
        uint256 friends = rewardsOf(JURY);
        for (uint256 i = 0; i < _claims.length; ++i) friends += rewardsOf(_claims[i].reporter);
        assertEq(friends + rewardsOf(TREASURY), taken, "all that was taken is somebody's");
        assertTrue(friends <= (taken * 6) / 10 + 2 * _claims.length, "40 percent are lost");
        uint256 first = (Math.min(_claims[0].wanted, STAKE) * 2) / 3;
        assertTrue(rewardsOf(_claims[0].reporter) + 3 >= (first * 4) / 10, "who came first has its share");
    }

    function addFreeze(uint256 random) private {
        if (_claims.length == MOST_CLAIMS) return;
        uint256 asked = bound(random >> 8, 1, random % 7 == 0 ? type(uint96).max : 150e6);
        freeze(add(asked), asked);
    }

    function addFault(uint256 random) private {
        if (_claims.length == MOST_CLAIMS) return;
        Claim storage claim = _claims[uint256(add(0)) - 1];
        (claim.wanted, claim.ended) = (bound(random, 1, 120e6), true);
        order(claim);
    }

    function add(uint256 asked) private returns (bytes32 id) {
        id = bytes32(_claims.length + 1);
        _claims.push(Claim(id, address(uint160(0xC1A10000 + _claims.length)), asked, 0, false));
    }

    function endOne(uint256 random) private {
        if (_claims.length != 0) end(random);
    }

    /// The next open claim from a random one on: two of three are slashed for what they asked for, or for less.
    function end(uint256 random) private {
        for (uint256 i = 0; i < _claims.length; ++i) {
            Claim storage claim = _claims[(random + i) % _claims.length];
            if (claim.ended) continue;
            claim.ended = true;
            if (random % 3 == 0) {
                unfreeze(claim.id);
            } else {
                claim.wanted = random % 3 == 1 ? claim.asked : bound(random >> 8, 1, claim.asked);
                order(claim);
            }
            return;
        }
    }

    /// Whatever can be collected, the last first.
    function collectAll() private {
        for (uint256 i = _claims.length; i > 0; --i) collectIfAny(_claims[i - 1].id);
    }

    function collectIfAny(bytes32 id) private {
        (address member, , , , , ) = registry.waiting(JUDGE, id);
        if (member != address(0)) registry.collect(JUDGE, id);
    }

    /* SUPPORT */

    function freeze(bytes32 id, uint256 amount) private {
        vm.prank(JUDGE);
        registry.freeze(id, executor, amount);
    }

    function unfreeze(bytes32 id) private {
        vm.prank(JUDGE);
        registry.unfreeze(id);
    }

    /// 30 % to the reporter.
    function slash(bytes32 id, uint256 penalty, address reporter) private returns (IStakeRegistry.Payout memory) {
        IStakeRegistry.Slash memory sent;
        (sent.id, sent.member, sent.penalty) = (id, executor, penalty);
        (sent.reporter, sent.reporterShare) = (reporter, 3_000);
        vm.prank(JUDGE);
        return registry.slash(sent);
    }

    /// 30 % to a reporter, a share to a victim.
    function compensate(bytes32 id, uint256 penalty, uint256 victimShare) private {
        IStakeRegistry.Slash memory sent;
        (sent.id, sent.member, sent.penalty) = (id, executor, penalty);
        (sent.reporter, sent.reporterShare) = (client, 3_000);
        (sent.victim, sent.victimShare, sent.victimLimit) = (stranger, victimShare, type(uint256).max);
        vm.prank(JUDGE);
        registry.slash(sent);
    }

    /// 30 % to the reporter, a fifth to jurors.
    function judge(bytes32 id, uint256 penalty, address reporter) private returns (IStakeRegistry.Payout memory) {
        IStakeRegistry.Slash memory sent;
        (sent.id, sent.member, sent.penalty) = (id, executor, penalty);
        (sent.reporter, sent.reporterShare, sent.jury, sent.juryShare) = (reporter, 3_000, JURY, 2_000);
        vm.prank(JUDGE);
        return registry.slash(sent);
    }

    /// 60 % to the claim's reporter, in two parts; with jurors in three.
    function order(Claim storage claim) private {
        IStakeRegistry.Slash memory sent;
        (sent.id, sent.member, sent.penalty) = (claim.id, executor, claim.wanted);
        (sent.reporter, sent.reporterShare) = (claim.reporter, 2_500);
        (sent.victim, sent.victimShare, sent.victimLimit) = (claim.reporter, 3_500, type(uint256).max);
        if (_withJurors) (sent.victimShare, sent.jury, sent.juryShare) = (1_500, JURY, 2_000);
        vm.prank(JUDGE);
        registry.slash(sent);
    }
}
